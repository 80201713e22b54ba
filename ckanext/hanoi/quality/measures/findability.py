"""Can the dataset be found?"""

from __future__ import annotations

from ckanext.hanoi.messages import N_
from ckanext.hanoi.quality.measure import Data, DatasetMeasure, is_filled

TITLE = N_("Findability")


class Keywords(DatasetMeasure):
    name = "keywords"
    title = N_("Keywords")
    points = 30
    field = "tag_string"
    remedy = N_("Write a few words that people use when they search under “%(field)s”.")

    def reached(self, dataset: Data) -> bool:
        return is_filled(dataset.get("tags")) or is_filled(dataset.get("tag_string"))


class Theme(DatasetMeasure):
    name = "theme"
    title = N_("Theme")
    points = 30
    field = "theme"
    remedy = N_("Choose at least one theme under “%(field)s”.")

    def reached(self, dataset: Data) -> bool:
        return is_filled(dataset.get("theme"))


class Spatial(DatasetMeasure):
    name = "spatial"
    title = N_("Area")
    points = 20
    field = "spatial_coverage"
    remedy = N_("Say under “%(field)s” which wards the data are about, or that it is the city.")

    def reached(self, dataset: Data) -> bool:
        return is_filled(dataset.get("spatial_coverage")) or is_filled(dataset.get("spatial"))


class Temporal(DatasetMeasure):
    name = "temporal"
    title = N_("Period")
    points = 20
    field = "temporal_start"
    remedy = N_("Say which time the data are about: begin with “%(field)s”.")

    def reached(self, dataset: Data) -> bool:
        return is_filled(dataset.get("temporal_start")) or is_filled(dataset.get("temporal_end"))
