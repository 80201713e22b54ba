"""A dataset with every field that can be exported."""
from __future__ import annotations

from typing import Any

from ckanext.hanoi.dcat.serialize import Agent, Site

BASE = "https://dulieu.example.org"
FINANCE = Agent(f"{BASE}/organization/org-1", "Sở Tài chính", "Department of Finance",
                "H26.99", "https://sotaichinh.example.org", "lienhe@example.org")  # fmt: skip
SITE = Site(BASE, "Cổng dữ liệu mở", "Dữ liệu của thành phố",
            Agent(f"{BASE}/about", "UBND thành phố Hà Nội", code="H26"),
            {"org-1": FINANCE})  # fmt: skip
URI = f"{BASE}/dataset/d-1"


def full(**more: Any) -> dict[str, Any]:
    """As ``package_show`` gives it."""
    return {
        "id": "d-1", "name": "ngan-sach-2025", "owner_org": "org-1",
        "title": "Ngân sách thành phố “2025” & kế hoạch <2026>", "title_en": "City budget 2025",
        "notes": "Dự toán và quyết toán.\n\nTheo từng quý.", "notes_en": "Planned and actual.",
        "identifier": "H26-TC-001", "managing_agency": "UBND thành phố Hà Nội",
        "theme": ["tai-chinh", "quy-hoach-xay-dung"],
        "tags": [{"name": "ngân sách"}, {"name": "quyết toán"}],
        "frequency": "QUARTERLY", "issued": "2025-03-15", "modified": "2025-09",
        "temporal_start": "2024-01", "temporal_end": "2025-12-31",
        "spatial_coverage": ["01", "00070"],
        "spatial": '{"type": "Point", "coordinates": [105.85, 21.03]}',
        "language": ["vi", "en"], "license_id": "vn-luat-gddt-2023", "rights": "Ghi nguồn.",
        "access_level": "open", "sensitivity": "other", "personal_data": False, "private": False,
        "legal_basis": "Kế hoạch 76/KH-UBND năm 2021", "decision_number": "123/QĐ-UBND",
        "plan_objective": ["open-data", "digital-government"], "contact_unit": "Văn phòng Sở",
        "contact_name": "Chuyên viên dữ liệu", "contact_email": "dulieu@example.org",
        "contact_phone": "024 1022", "url": "https://sotaichinh.example.org/ngan-sach",
        "conforms_to": ["TCVN 7980-2:2024", "https://example.org/chuan"],
        "version": "2025.1", "version_notes": "Thêm quý III",
        "related": ["https://example.org/ngan-sach-2024"],
        "extras": [{"key": "provenance", "value": "Kho bạc Nhà nước lập"}],
        "resources": [
            {
                "id": "r-1", "package_id": "d-1", "url": "https://data.example.org/ngan-sach",
                "download_url": "https://data.example.org/ngan-sach.csv", "name": "Bảng số liệu",
                "name_en": "Table", "description": "Mỗi dòng một khoản.", "format": "CSV",
                "mimetype": "text/csv", "encoding": "UTF-8", "size": 1234, "hash": "ab" * 32,
                "hash_algorithm": "sha256", "status": "COMPLETED", "issued": "2025-03-15",
                "modified": "2025-09-30T10:00:00", "license_id": "cc-by-4.0", "rights": "Ghi tên.",
                "access_service": "https://data.example.org/api", "conforms_to": ["RFC 4180"],
                "language": ["vi"], "data_dictionary": "stt: số thứ tự",
            }
        ],
        **more,
    }  # fmt: skip
