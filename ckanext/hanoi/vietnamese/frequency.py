"""How usual a Vietnamese syllable is: what tells the right reading of few words from wrong ones.

Counted in the Vietnamese translations of GNU software and of this catalog, with words of public
administration added. Only words with accents: the others read the same in every encoding.
"""
from __future__ import annotations

from ckanext.hanoi.vietnamese.syllable import rhyme
from ckanext.hanoi.vietnamese.tones import canonical

_FAMILIAR = frozenset(
    """
    biến biết biểu buộc báo bên bạn bản bảng bất bật bắt bằng bệnh bị bỏ bố bổ bộ bởi chiếu chiều
    chuyển chuẩn chuỗi chính chú chưa chạy chắc chắn chế chỉ chỉnh chọn chối chợ chủ chứa chức chữ
    cuối cài các cách cái cáo câu cây còn có công cùng cũ cũng cơ cả cảnh cấp cấu cần cầu cập cộng
    cột cỡ cục của diện dài dân dòng dõi dùng dưới dạng dấu dẫn dịch dụ dục dụng dữ dựng giá giáo
    giả giải giấy giới giờ giữ giữa gì gói gắn gặp gỡ gửi hiển hiện hiệu hoàn hoạch hoạt hoặc
    huyện hà hàng hành hãy hình hòa hóa hơn hướng hạn hạnh hệ họ học hồ hồi hỗ hộ hội hợp khiển
    khoản khoảng khác khóa không khẩu khỏi khớp kiếm kiến kiểm kiểu kê kích ký kế kết liên liệu
    loại luật là làm lâm lên lý lưu lương lượng lượt lại lấy lần lập lệ lệnh lịch lọc lỗi lớn lục
    muốn mà màu máy mã mô môi mại mẫu mật mặc mỗi một mới mở mục mức nghiệp nghĩa nghề nghệ nghị
    nguyên nguồn ngành ngày người nhiều nhánh nhân nhóm như nhưng nhất nhận nhập nhật nhỏ nhớ
    những nào này nén nên nêu nó nông nút năm năng nước nằm nếu nối nội phiên pháp phát phân phép
    phí phím phòng phúc phường phạm phải phản phần phố phụ phục quyết quyền quá quý quả quản quận
    riêng rõ rộng siêu sách sơ sản sắp sẽ số sở sử sửa sự thiết thiếu thiệu thoát thuyết thuế
    thuộc thành thái tháng thêm thì thông thúc thư thương thường thấy thập thẻ thế thể thị thống
    thời thủy thứ thức thử thực tiêu tiến tiếng tiếp toàn trên trình trí trùng trúc trước trường
    trạng trả trấn trị trống trộn trợ tuổi tài tác tên tìm tích tính tôi tôn tùy tư tương tượng
    tại tạm tạo tả tải tất tập tắt tế tệp tỉnh tối tồn tổ tộc tới từ tử tự tỷ viên viễn việc viện
    việt và vào vì ví văn vĩnh vấn về vị với vụ vực xuất xác xây xã xóa xếp yêu ô đa đai đang điều
    điểm điện đào đây đã đình đó đóng đúng đăng đơn đưa đường được đại đất đầu đặt đến đề để đệm
    địa định đọc đối đồ đồng đổi độ độc động ảnh ở ủy ứng
    """.split()
)

# Rhymes with tones that make up three quarters of running text.
_COMMON_RHYMES = frozenset(
    rhyme(word)
    for word in """
    ang iên iêu iến iếng iết iếu iền iều iểm iển iểu iện iệt iệu oàn oại oặc uyển uất uộc à ài àm
    àn àng ành ào ày á ác ách ái án áng ánh áo áp át áy ân âu ây ã ãy ép ê ên ì ìm ình í ích ính
    òng ó óa ói óm óng ô ôi ông ùng ùy ú úc úng út ý ăn ăng ĩa ơ ơn ư ưa ưu ương ước ười ường ược
    ượng ạ ại ạm ạn ạng ạo ạy ả ải ản ảng ảnh ảo ấm ấp ất ấu ấy ần ầu ẫn ận ập ật ắc ắn ắp ắt ằng
    ặc ặp ặt ẻ ẽ ế ết ề ể ệ ệnh ỉ ị ịch ịnh ọc ọi ọn ỏ ố ốc ối ống ồ ổ ổi ỗ ỗi ộ ội ộng ột ới ớp
    ờ ời ở ởi ỡ ợ ợp ụ ục ụng ủ ủa ứ ức ứng ừ ừng ử ửa ữ ữa ự ực
    """.split()
)
_LETTERS_ALONE = frozenset("ởýôổ")


def usualness(word: str) -> float:
    """0 for what isn't a Vietnamese syllable, up to 2 for one of the most frequent."""
    found = rhyme(word)
    if not found:
        return 0.0
    if len(word) == 1:
        return 0.2 if word in _LETTERS_ALONE else 0.01
    if canonical(word.lower()) in _FAMILIAR:
        return 2.0
    return 1.0 if found in _COMMON_RHYMES else 0.5
