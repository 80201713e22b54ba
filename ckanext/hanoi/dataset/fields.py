"""The names of what a harvest writes."""

from __future__ import annotations

#: The dataset fields that a harvest writes and a diff compares.
FIELDS = (
    "title title_en notes notes_en identifier owner_org managing_agency theme tags frequency "
    "issued modified temporal_start temporal_end spatial_coverage spatial language license_id "
    "rights access_level sensitivity personal_data legal_basis decision_number plan_objective "
    "contact_unit contact_name contact_email contact_phone url conforms_to version "
    "version_notes related private resources extras"
).split()
