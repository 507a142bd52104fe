#include "sys/output_file.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>

#include "sys/check.h"
#include "sys/unique_fd.h"

namespace sys {
namespace {

namespace fs = std::filesystem;
using Status = struct ::stat;

[[noreturn]] void fail(int error, const char* call) { throw std::system_error{error, std::system_category(), call}; }

bool is_one_of(int error, std::initializer_list<int> errors) {
    return std::ranges::find(errors, error) != errors.end();
}

std::optional<int> to_number(const std::string& text) {
    constexpr std::size_t digits_most = 9;
    if (text.empty() || text.size() > digits_most || text.find_first_not_of("0123456789") != std::string::npos) {
        return std::nullopt;
    }
    return std::stoi(text);
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path{"."}; }

fs::path real_folder_of(const fs::path& path) {
    const std::unique_ptr<char, decltype(&std::free)> real{::realpath(folder_of(path).c_str(), nullptr), &std::free};
    if (!real) fail(errno, "open");
    return real.get();
}

// Whether this is a folder of descriptors: this process's own, or another's.
bool holds_descriptors(const fs::path& folder) {
    return folder.string().starts_with("/proc/") && folder.filename() == "fd";
}
bool is_ours(const fs::path& folder) {
    return folder.string().starts_with("/proc/" + std::to_string(::getpid()) + "/") && holds_descriptors(folder);
}

std::optional<Status> status_of(const fs::path& path) {
    Status status{};
    if (::stat(path.c_str(), &status) == 0) return status;
    if (errno != ENOENT) fail(errno, "open");
    return std::nullopt;
}

// Waits until `descriptor` takes data. -1: only waits for `stop`, for a moment.
void wait(int descriptor, int stop) {
    constexpr int moment_ms = 50;
    std::array<pollfd, 2> waited{{{descriptor, POLLOUT, 0}, {stop, POLLIN, 0}}};
    while (::poll(waited.data(), waited.size(), descriptor >= 0 ? -1 : moment_ms) == -1) {
        if (errno != EINTR) fail(errno, "poll");
    }
    if (waited[0].revents == 0 && waited[1].revents != 0) fail(EINTR, "write");
}

void write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(descriptor, text.data(), text.size());
        if (count == -1 && errno == EINTR) continue;
        text.remove_prefix(static_cast<std::size_t>(check(count, "write")));
    }
}

// For what may block. A pipe that poll() calls writable takes PIPE_BUF bytes at once, even if it is a blocking one.
void write_in_parts(int descriptor, std::string_view text, int stop) {
    while (!text.empty()) {
        wait(descriptor, stop);
        const ssize_t count = ::write(descriptor, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
        if (count == -1 && is_one_of(errno, {EINTR, EAGAIN})) continue;
        text.remove_prefix(static_cast<std::size_t>(check(count, "write")));
    }
}

// Without O_NONBLOCK the open() of a pipe would wait for a reader, whatever happens.
UniqueFd open_special(const fs::path& path, Patience patience) {
    for (;;) {
        UniqueFd file{::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
        if (file) return file;
        const int error = errno;
        const auto status = status_of(path);
        if (error != ENXIO || !status || !S_ISFIFO(status->st_mode) || !patience.for_a_reader) fail(error, "open");
        wait(-1, patience.stop);
    }
}

// The new text until it takes the place of the old one.
class TemporaryFile {
public:
    explicit TemporaryFile(const fs::path& beside) : path_{beside.string() + ".tmp." + std::to_string(::getpid())} {
        constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        file_ = UniqueFd{::open(path_.c_str(), flags, 0666)};
        // A killed program with our number has left it.
        if (!file_ && errno == EEXIST && ::unlink(path_.c_str()) == 0) {
            file_ = UniqueFd{::open(path_.c_str(), flags, 0666)};
        }
    }
    ~TemporaryFile() {
        if (file_) ::unlink(path_.c_str());
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(file_); }
    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    // -1 with errno if it cannot; then the destructor removes it.
    [[nodiscard]] int move_to(const fs::path& path) {
        const int result = ::rename(path_.c_str(), path.c_str());
        if (result == 0) file_.reset();
        return result;
    }

private:
    fs::path path_;
    UniqueFd file_;
};

// False if the file cannot be replaced. Nothing has changed then.
bool replace(const fs::path& path, const std::optional<Status>& old, std::string_view text) {
    // Its other names would keep the old text.
    if (old && old->st_nlink > 1) return false;
    TemporaryFile temporary{path};
    if (!temporary) {
        if (is_one_of(errno, {EACCES, EPERM, EROFS, ENAMETOOLONG})) return false;
        fail(errno, "open");
    }
    if (old) {
        Status own{};
        check(::fstat(temporary.descriptor(), &own), "fstat");
        const bool same_owner = own.st_uid == old->st_uid && own.st_gid == old->st_gid;
        if (!same_owner && ::fchown(temporary.descriptor(), old->st_uid, old->st_gid) != 0) return false;
        if (::fchmod(temporary.descriptor(), old->st_mode & 07777) != 0) return false;
    }
    write_all(temporary.descriptor(), text);
    check(::fsync(temporary.descriptor()), "fsync");
    if (temporary.move_to(path) == 0) return true;
    if (is_one_of(errno, {EBUSY, EXDEV, EPERM, EACCES})) return false;
    fail(errno, "rename");
}

void write_into(const fs::path& path, bool exists, std::string_view text) {
    const int create = exists ? 0 : O_CREAT | O_EXCL;
    const UniqueFd file{check(::open(path.c_str(), O_WRONLY | O_CLOEXEC | create, 0666), "open")};
    // A full disk is noticed while the old text is still whole. Not every file system can tell.
    const auto size = static_cast<off_t>(text.size());
    if (size > 0 && ::fallocate(file.get(), FALLOC_FL_KEEP_SIZE, 0, size) != 0 &&
        is_one_of(errno, {ENOSPC, EDQUOT, EFBIG})) {
        fail(errno, "write");
    }
    write_all(file.get(), text);
    check(::ftruncate(file.get(), size), "ftruncate");
    check(::fsync(file.get()), "fsync");
}

void require_writable_descriptor(int descriptor) {
    const int flags = check(::fcntl(descriptor, F_GETFL), "open");
    if ((flags & O_ACCMODE) == O_RDONLY || (flags & O_PATH) != 0) fail(EBADF, "open");
}

}  // namespace

OutputPlace find_output(const fs::path& path) {
    constexpr int links_most = 40;
    fs::path at = path;
    for (int links = 0; links < links_most; ++links) {
        const auto number = to_number(at.filename().string());
        // By its name, because /proc may not be mounted.
        const fs::path named = folder_of(at);
        if (number && (named == "/dev/fd" || named == "/proc/self/fd")) {
            return {OutputPlace::Kind::descriptor, at, *number};
        }
        const fs::path folder = real_folder_of(at);
        if (number && is_ours(folder)) return {OutputPlace::Kind::descriptor, at, *number};
        const fs::path here = folder / at.filename();
        Status status{};
        const bool exists = ::lstat(here.c_str(), &status) == 0;
        if (!exists && errno != ENOENT) fail(errno, "open");
        if (exists && S_ISLNK(status.st_mode) && !holds_descriptors(folder)) {
            std::error_code error;
            const fs::path target = fs::read_symlink(here, error);
            if (error) fail(error.value(), "open");
            at = folder / target;
            continue;
        }
        const bool is_file = !exists || S_ISREG(status.st_mode);
        return {is_file ? OutputPlace::Kind::file : OutputPlace::Kind::special, here, -1};
    }
    fail(ELOOP, "open");
}

void require_writable(const fs::path& path) {
    const OutputPlace place = find_output(path);
    if (place.kind == OutputPlace::Kind::descriptor) return require_writable_descriptor(place.descriptor);
    const auto status = status_of(place.path);
    if (!status) {
        // Only an attempt shows that the name is not too long, and that the file system takes another file.
        const UniqueFd file{check(::open(place.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), "open")};
        check(::unlink(place.path.c_str()), "unlink");
        return;
    }
    if (S_ISDIR(status->st_mode)) fail(EISDIR, "open");
    // A socket has a name for connect() only.
    if (S_ISSOCK(status->st_mode)) fail(ENXIO, "open");
    check(::faccessat(AT_FDCWD, place.path.c_str(), W_OK, AT_EACCESS), "open");
}

void write_output(const fs::path& path, std::string_view text, Patience patience) {
    const OutputPlace place = find_output(path);
    switch (place.kind) {
        case OutputPlace::Kind::descriptor: {
            require_writable_descriptor(place.descriptor);
            // Opened by its name, a file would be written from its beginning, and a socket could not be opened at all.
            write_in_parts(place.descriptor, text, patience.stop);
            return;
        }
        case OutputPlace::Kind::special: {
            const UniqueFd file = open_special(place.path, patience);
            write_in_parts(file.get(), text, patience.stop);
            return;
        }
        case OutputPlace::Kind::file: {
            const auto old = status_of(place.path);
            if (!replace(place.path, old, text)) write_into(place.path, old.has_value(), text);
            return;
        }
    }
}

bool is_standard_output(const fs::path& path) {
    Status ours{};
    Status theirs{};
    if (::fstat(STDOUT_FILENO, &ours) != 0 || ::stat(path.c_str(), &theirs) != 0) return false;
    return ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino && !S_ISCHR(ours.st_mode);
}

}  // namespace sys
