"""Can the data be got?"""

from __future__ import annotations

from ckanext.hanoi.messages import N_
from ckanext.hanoi.quality import link_facts as known
from ckanext.hanoi.quality.measure import Data, Links, ResourceMeasure

TITLE = N_("Accessibility")


class AccessUrlAnswers(ResourceMeasure):
    name = "access_url_answers"
    title = N_("Address answers")
    points = 50
    field = "url"
    remedy = N_("Correct “%(field)s”: the address does not answer.")

    def reached(self, resource: Data, dataset: Data, links: Links) -> float | None:
        return known.access(resource, links).answers


class DownloadUrl(ResourceMeasure):
    name = "download_url"
    title = N_("Direct download")
    points = 20
    field = "download_url"
    remedy = N_("Upload the file, or give the address of the file itself under “%(field)s”.")

    def reached(self, resource: Data, dataset: Data, links: Links) -> float | None:
        return known.has_download(resource, links)


class DownloadUrlAnswers(ResourceMeasure):
    name = "download_url_answers"
    title = N_("Download answers")
    points = 30
    field = "download_url"
    remedy = N_("Give an address under “%(field)s” that answers with the file, not with a page.")

    def reached(self, resource: Data, dataset: Data, links: Links) -> float | None:
        if not known.has_download(resource, links):
            return False
        return known.download(resource, links).answers
