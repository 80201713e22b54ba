"""Registers the two plugins with CKAN, and does nothing else.

Actions, auth functions, blueprints and commands are found in their folders: a module named
``harvest`` or ``harvest_…`` belongs to ``hanoi_harvest``, every other one to ``hanoi``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.exceptions import CkanConfigurationException
from ckan.lib.plugins import DefaultTranslation
from flask import Blueprint

from ckanext.hanoi import chained_functions, discovery, search, yaml_files
from ckanext.hanoi.agencies import view as agency_view
from ckanext.hanoi.agencies import worker as agencies_worker
from ckanext.hanoi.background import bulk
from ckanext.hanoi.catalog import versions
from ckanext.hanoi.dataset import config as dataset_config
from ckanext.hanoi.dataset import file_names, protection, stock_keys
from ckanext.hanoi.dataset.permission_labels import PermissionLabels
from ckanext.hanoi.dcat import settings as dcat_settings
from ckanext.hanoi.declaration import declare
from ckanext.hanoi.imports import jobs as imports_jobs
from ckanext.hanoi.quality import jobs as quality_jobs
from ckanext.hanoi.quality import recompute as quality_recompute
from ckanext.hanoi.review import gate
from ckanext.hanoi.search import content_date, feed
from ckanext.hanoi.search import facets as search_facets
from ckanext.hanoi.tables import pending as tables_pending
from ckanext.hanoi.views import form
from ckanext.hanoi.web import csrf, odd_links

_HERE = "ckanext.hanoi"


def _commands() -> list[Any]:
    """The command line's group; web servers and workers never load it."""
    from ckanext.hanoi import cli

    return [cli.hanoi]


def _declare(declaration, file_name: str) -> None:
    declare(declaration, yaml_files.load(Path(__file__).parent / file_name))


@tk.blanket.actions(
    lambda: chained_functions.available(
        discovery.functions(f"{_HERE}.logic.action", without="harvest"), p.plugin_loaded
    )
)
@tk.blanket.auth_functions(
    lambda: chained_functions.available(
        discovery.functions(f"{_HERE}.logic.auth", without="harvest"), p.plugin_loaded
    )
)
@tk.blanket.blueprints(lambda: discovery.instances(f"{_HERE}.views", Blueprint, without="harvest"))
@tk.blanket.validators(
    lambda: {
        **discovery.functions(f"{_HERE}.dataset", only="validators"),
        **discovery.functions(f"{_HERE}.agencies", only="validators"),
        **discovery.functions(f"{_HERE}.review", only="validators"),
    }
)
@tk.blanket.helpers(lambda: discovery.functions(f"{_HERE}.helpers"))
@tk.blanket.cli(_commands)
class HanoiPlugin(p.SingletonPlugin, DefaultTranslation, PermissionLabels):
    """Schema, agencies, search, quality, publishing."""

    p.implements(p.IConfigurer)
    p.implements(p.IConfigDeclaration)
    p.implements(p.ITranslation)
    p.implements(p.IOrganizationController, inherit=True)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IResourceController, inherit=True)
    p.implements(p.IFacets, inherit=True)
    p.implements(p.IFeed, inherit=True)
    p.implements(p.IConfigurable)
    p.implements(p.ISignal)
    p.implements(p.IMiddleware, inherit=True)
    p.implements(p.IUploader, inherit=True)
    p.implements(p.IPermissionLabels)

    def get_signal_subscriptions(self):
        return {
            bulk.ended: [quality_jobs.bulk_ended, tables_pending.bulk_ended],
            bulk.beats: [
                quality_jobs.beats, tables_pending.bulk_ended, imports_jobs.beats,
                agencies_worker.resume,
            ],
        }

    def make_middleware(self, app, config):
        csrf.remember_exempt(app)
        return app

    def get_uploader(self, upload_to, old_filename):
        return file_names.image_uploader(upload_to, old_filename)

    def get_resource_uploader(self, resource):
        file_names.rename(resource.get("upload"), resource.get("name"))
        return  # CKAN goes on to the next one's, or to its own

    def configure(self, config):
        imports_jobs.worker_starts()

    def delete(self, entity):
        # CKAN takes it out of the index before the database knows that it is deleted
        versions.hold(entity.id)

    def after_dataset_show(self, context, pkg_dict):
        stock_keys.fill(pkg_dict)

    def after_dataset_create(self, context, pkg_dict):
        gate.hold(context, pkg_dict["id"])
        protection.remember(pkg_dict)
        form.made(pkg_dict)
        quality_jobs.changed()
        tables_pending.dataset_changed(pkg_dict["id"])

    def after_dataset_update(self, context, pkg_dict):
        gate.hold(context, pkg_dict["id"])
        protection.remember(pkg_dict)
        quality_jobs.changed()
        tables_pending.dataset_changed(pkg_dict["id"])

    def after_dataset_delete(self, context, pkg_dict):
        quality_jobs.changed()
        tables_pending.dataset_deleted(pkg_dict["id"])

    def before_resource_show(self, resource_dict):
        return odd_links.without_active(resource_dict)

    def after_resource_create(self, context, resource):
        tables_pending.file_stored(resource)

    def after_resource_update(self, context, resource):
        tables_pending.file_stored(resource)

    def before_dataset_index(self, pkg_dict):
        document = search.for_index(pkg_dict, search_facets.above(pkg_dict))
        return content_date.for_index(quality_recompute.for_index(document))

    def before_dataset_search(self, search_params):
        return search.for_query(search_params)

    def after_dataset_search(self, search_results, search_params):
        for found in search_results["results"]:
            if "resources" in found:  # else it has only the fields that were asked for
                stock_keys.fill(found)
        return search_facets.label(search_results)

    def dataset_facets(self, facets_dict, package_type):
        return search_facets.titles(search_facets.EVERYWHERE, facets_dict)

    def organization_facets(self, facets_dict, organization_type, package_type):
        return search_facets.titles(search_facets.OF_AN_AGENCY, facets_dict)

    def group_facets(self, facets_dict, group_type, package_type):
        return search_facets.titles(search_facets.EVERYWHERE, facets_dict)

    def before_view(self, data_dict):
        return agency_view.in_readers_language(data_dict)

    def get_feed_class(self):
        return feed.feed_class()

    def get_item_additional_fields(self, dataset_dict):
        return feed.item(dataset_dict)

    def update_config(self, config):
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "hanoi")
        dcat_settings.set_up(config)

    def declare_config_options(self, declaration, key):
        _declare(declaration, "config_declaration.yaml")
        dataset_config.declare(declaration)
        csrf.declare(declaration)


@tk.blanket.actions(lambda: discovery.functions(f"{_HERE}.logic.action", only="harvest"))
@tk.blanket.auth_functions(lambda: discovery.functions(f"{_HERE}.logic.auth", only="harvest"))
@tk.blanket.blueprints(lambda: discovery.instances(f"{_HERE}.views", Blueprint, only="harvest"))
class HanoiHarvestPlugin(p.SingletonPlugin):
    """Harvesting of portals and files into the catalog."""

    p.implements(p.IConfigurer)
    p.implements(p.IConfigDeclaration)
    p.implements(p.IConfigurable)

    def update_config(self, config):
        if not p.plugin_loaded("hanoi"):
            raise CkanConfigurationException(
                "The plugin hanoi_harvest needs the plugin hanoi: add hanoi to ckan.plugins"
            )

    def configure(self, config):
        from ckanext.hanoi.harvest.engine import jobs

        jobs.worker_starts()

    def declare_config_options(self, declaration, key):
        _declare(declaration, "harvest/config_declaration.yaml")
