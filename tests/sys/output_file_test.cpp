#include "sys/output_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "pipe.h"
#include "sys/check.h"
#include "sys/child_process.h"
#include "temporary_folder.h"

namespace sys {
namespace {

namespace fs = std::filesystem;
using Kind = OutputPlace::Kind;

// What a call throws: "write: File too large"; "nothing" if it throws nothing.
template <class Call>
std::string thrown_by(Call call) {
    try {
        call();
    } catch (const std::system_error& error) {
        return error.what();
    }
    return "nothing";
}

struct ::stat status_of(const fs::path& path) {
    struct ::stat status {};
    check(::lstat(path.c_str(), &status), "lstat");
    return status;
}

class OutputFile : public testing::Test {
protected:
    static std::string text_of(const fs::path& path) {
        std::ostringstream text;
        text << std::ifstream{path}.rdbuf();
        return text.str();
    }
    static void fill(const fs::path& path, const std::string& text = "old") { std::ofstream{path} << text; }
    // Without a temporary file.
    [[nodiscard]] std::ptrdiff_t files() const { return std::distance(fs::directory_iterator{folder_}, {}); }

    TemporaryFolder temporary_;
    fs::path folder_ = temporary_.path();
    fs::path path_ = folder_ / "results.json";
};

TEST_F(OutputFile, IsMadeAndReplaced) {
    write_output(path_, "one");
    EXPECT_EQ(text_of(path_), "one");
    const auto first = status_of(path_).st_ino;
    const std::string longer(300'000, 'x');
    write_output(path_, longer);
    EXPECT_EQ(text_of(path_), longer);
    EXPECT_NE(status_of(path_).st_ino, first) << "a reader of the old file still has all of it";
    write_output(path_, "");
    EXPECT_EQ(text_of(path_), "");
    EXPECT_EQ(files(), 1) << "a temporary file is left";
}

TEST_F(OutputFile, KeepsItsMode) {
    fill(path_);
    fs::permissions(path_, fs::perms{0640});
    write_output(path_, "new");
    EXPECT_EQ(status_of(path_).st_mode & 07777, 0640U);
}

TEST_F(OutputFile, KeepsItsOwner) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file to another user";
    fill(path_);
    check(::chown(path_.c_str(), 12345, 12345), "chown");
    write_output(path_, "new");
    EXPECT_EQ(status_of(path_).st_uid, 12345U);
    EXPECT_EQ(text_of(path_), "new");
}

TEST_F(OutputFile, IsReplacedBehindItsLinks) {
    fs::create_directory(folder_ / "there");
    const fs::path real = folder_ / "there" / "real.json";
    fs::create_symlink("there/real.json", folder_ / "second.json");
    fs::create_symlink("second.json", path_);
    for (const char* const text : {"made behind a link to nothing", "replaced"}) {
        require_writable(path_);
        write_output(path_, text);
        EXPECT_TRUE(fs::is_symlink(path_) && fs::is_symlink(folder_ / "second.json"));
        EXPECT_EQ(text_of(real), text);
    }
    EXPECT_EQ(find_output(path_).path, fs::canonical(real));
}

TEST_F(OutputFile, IsWrittenIntoIfItHasOtherNames) {
    fill(path_, "a longer old text");
    fs::create_hard_link(path_, folder_ / "other");
    write_output(path_, "new");
    EXPECT_EQ(text_of(folder_ / "other"), "new");
}

TEST_F(OutputFile, HasAnErrorForLinksInACircle) {
    fs::create_symlink("b", folder_ / "a");
    fs::create_symlink("a", folder_ / "b");
    EXPECT_EQ(thrown_by([&] { write_output(folder_ / "a", ""); }), "open: Too many levels of symbolic links");
}

TEST_F(OutputFile, KeepsTheOldTextIfTheNewTextDoesNotFit) {
    // A file larger than this limit cannot be written, as on a full disk: one write is cut short, the next one fails.
    rlimit before{};
    check(::getrlimit(RLIMIT_FSIZE, &before), "getrlimit");
    const auto handler = ::signal(SIGXFSZ, SIG_IGN);
    fill(path_);
    const rlimit small{1000, before.rlim_max};
    check(::setrlimit(RLIMIT_FSIZE, &small), "setrlimit");
    const std::string thrown = thrown_by([&] { write_output(path_, std::string(5000, 'x')); });
    check(::setrlimit(RLIMIT_FSIZE, &before), "setrlimit");
    ::signal(SIGXFSZ, handler);
    EXPECT_EQ(thrown, "write: File too large");
    EXPECT_EQ(text_of(path_), "old");
    EXPECT_EQ(files(), 1) << "a temporary file is left";
}

TEST_F(OutputFile, SaysThatThereIsNoFolder) {
    EXPECT_EQ(thrown_by([&] { write_output(folder_ / "no" / "such", "text"); }), "open: No such file or directory");
    EXPECT_EQ(thrown_by([&] { require_writable(folder_ / "no" / "such"); }), "open: No such file or directory");
}

TEST_F(OutputFile, IsNoFolder) {
    EXPECT_EQ(thrown_by([&] { require_writable(folder_); }), "open: Is a directory");
    EXPECT_EQ(thrown_by([&] { write_output(folder_, "text"); }), "open: Is a directory");
    EXPECT_EQ(thrown_by([&] { write_output(folder_ / "", "text"); }), "open: Is a directory");
}

TEST_F(OutputFile, IsLeftAloneByTheCheck) {
    require_writable(path_);
    EXPECT_EQ(files(), 0) << "nothing is made";
    fill(path_);
    const auto before = status_of(path_);
    require_writable(path_);
    EXPECT_EQ(text_of(path_), "old");
    EXPECT_EQ(status_of(path_).st_ino, before.st_ino);
    EXPECT_EQ(thrown_by([&] { require_writable(folder_ / std::string(300, 'x')); }), "open: File name too long");
}

TEST_F(OutputFile, MayHaveTheLongestName) {
    const fs::path longest = folder_ / std::string(255, 'x');
    require_writable(longest);
    for (const char* const text : {"made", "replaced"}) {
        write_output(longest, text);
        EXPECT_EQ(text_of(longest), text);
    }
}

TEST_F(OutputFile, MayBeADevice) {
    require_writable("/dev/null");
    write_output("/dev/null", "text");
    EXPECT_TRUE(S_ISCHR(status_of("/dev/null").st_mode));
    EXPECT_EQ(thrown_by([] { write_output("/dev/full", "text"); }), "write: No space left on device");
}

TEST_F(OutputFile, MayBeADeviceThatRootCouldReplace) {
    const fs::path device = folder_ / "null";
    if (::mknod(device.c_str(), S_IFCHR | 0666, ::makedev(1, 3)) != 0) GTEST_SKIP() << "no device can be made here";
    std::ofstream probe{device};
    if (!probe) GTEST_SKIP() << "the file system allows no devices";
    fs::create_symlink("null", folder_ / "link");
    for (const char* const name : {"null", "link"}) {
        require_writable(folder_ / name);
        write_output(folder_ / name, "text");
        EXPECT_TRUE(S_ISCHR(status_of(device).st_mode));
    }
}

TEST_F(OutputFile, IsNoSocket) {
    const UniqueFd socket{check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path_.string().copy(address.sun_path, sizeof address.sun_path - 1);
    check(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
    EXPECT_EQ(thrown_by([&] { require_writable(path_); }), "open: No such device or address");
    EXPECT_EQ(thrown_by([&] { write_output(path_, "text"); }), "open: No such device or address");
    EXPECT_TRUE(S_ISSOCK(status_of(path_).st_mode));
}

TEST_F(OutputFile, MayBeAPipeThatHasNoReaderYet) {
    check(::mkfifo(path_.c_str(), 0600), "mkfifo");
    require_writable(path_);
    const std::string text(300'000, 'x');  // more than a pipe holds
    std::string read;
    std::thread reader{[&] { read = text_of(path_); }};
    write_output(path_, text);
    reader.join();
    EXPECT_EQ(read, text);
    EXPECT_TRUE(S_ISFIFO(status_of(path_).st_mode));
}

TEST_F(OutputFile, WaitsForAPipeUntilItIsStopped) {
    check(::mkfifo(path_.c_str(), 0600), "mkfifo");
    const Pipe stop;
    stop.write('x');
    EXPECT_EQ(thrown_by([&] { write_output(path_, "text", {.stop = stop.out()}); }), "write: Interrupted system call");
    EXPECT_EQ(thrown_by([&] { write_output(path_, "text", {.for_a_reader = false}); }),
              "open: No such device or address");
    const UniqueFd reader{check(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC), "open")};
    EXPECT_EQ(thrown_by([&] { write_output(path_, "fits", {.stop = stop.out()}); }), "nothing");
    EXPECT_EQ(thrown_by([&] { write_output(path_, std::string(300'000, 'x'), {.stop = stop.out()}); }),
              "write: Interrupted system call");
}

TEST_F(OutputFile, MayBeADescriptor) {
    const Pipe pipe;
    for (const char* const folder : {"/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"}) {
        const fs::path path = folder + std::to_string(pipe.in());
        require_writable(path);
        EXPECT_EQ(find_output(path).kind, Kind::descriptor);
        write_output(path, "text");
        EXPECT_EQ(pipe.read(), "text");
    }
    fs::create_symlink("/proc/self/fd/" + std::to_string(pipe.in()), path_);
    EXPECT_EQ(find_output(path_).descriptor, pipe.in()) << "as /dev/stdout is a link to /proc/self/fd/1";
    EXPECT_EQ(thrown_by([&] { require_writable("/dev/fd/" + std::to_string(pipe.out())); }),
              "open: Bad file descriptor");
    EXPECT_EQ(thrown_by([&] { require_writable("/dev/fd/987654"); }), "open: Bad file descriptor");
}

TEST_F(OutputFile, MayBeADescriptorOfAFileThatGoesOn) {
    fill(path_, "before ");
    const UniqueFd file{check(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC), "open")};
    write_output("/dev/fd/" + std::to_string(file.get()), "after");
    EXPECT_EQ(text_of(path_), "before after");
}

TEST_F(OutputFile, MayBeADescriptorOfASocket) {
    std::array<int, 2> ends{};
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
    const UniqueFd ours{ends[0]};
    const UniqueFd theirs{ends[1]};
    write_output("/dev/fd/" + std::to_string(ours.get()), "text");
    std::array<char, 16> buffer{};
    EXPECT_EQ(check(::read(theirs.get(), buffer.data(), buffer.size()), "read"), 4);
}

// Runs the part in a child process as a user who owns nothing, or in a mount namespace of its own. Exit code 77:
// skipped.
template <class Part>
int status_in_child(Part part) {
    ChildProcess child = ChildProcess::fork([&] {
        part();
        if (testing::Test::HasFailure()) throw std::runtime_error{"failed"};
    });
    return child.wait();
}

TEST_F(OutputFile, IsWrittenIntoWhereItsFolderMayNotBe) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
    fill(path_, "a longer old text");
    fs::permissions(path_, fs::perms{0666});
    for (const auto mode : {0755, 01777}) {
        fs::permissions(folder_, fs::perms(mode));
        EXPECT_EQ(status_in_child([&] {
                      check(::setuid(12345), "setuid");
                      require_writable(path_);
                      write_output(path_, "new");
                      if (mode == 0755) {
                          EXPECT_EQ(thrown_by([&] { require_writable(folder_ / "other"); }), "open: Permission denied");
                      }
                  }),
                  0)
            << mode;
        EXPECT_EQ(text_of(path_), "new");
        EXPECT_EQ(files(), 1) << "a temporary file is left";
        fill(path_, "a longer old text");
    }
}

// Mounts in a namespace of its own. Ends the process with 77 if it is not permitted.
void mount_privately(const char* source, const fs::path& target, const char* type, unsigned long flags,
                     const char* options) {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount(source, target.c_str(), type, flags, options) != 0) {
        ::_exit(77);
    }
}
bool is_skipped(int status) { return WIFEXITED(status) && WEXITSTATUS(status) == 77; }

TEST_F(OutputFile, IsWrittenIntoWhereItIsMounted) {
    const fs::path outside = folder_ / "outside";
    fill(outside, "a longer old text");
    fill(path_, "");
    const int status = status_in_child([&] {
        mount_privately(outside.c_str(), path_, nullptr, MS_BIND, nullptr);
        require_writable(path_);
        write_output(path_, "new");
    });
    if (is_skipped(status)) GTEST_SKIP() << "no mount namespace can be made here";
    EXPECT_EQ(status, 0);
    EXPECT_EQ(text_of(outside), "new");
    EXPECT_EQ(files(), 2) << "a temporary file is left";
}

TEST_F(OutputFile, KeepsTheOldTextOnAFullDisk) {
    const int status = status_in_child([&] {
        mount_privately("none", folder_, "tmpfs", 0, "size=64k");
        for (const bool other_name : {false, true}) {
            fill(path_);
            if (other_name) fs::create_hard_link(path_, folder_ / "other");
            EXPECT_EQ(thrown_by([&] { write_output(path_, std::string(100'000, 'x')); }),
                      "write: No space left on device");
            EXPECT_EQ(text_of(path_), "old");
            EXPECT_EQ(files(), other_name ? 2 : 1) << "a temporary file is left";
        }
    });
    if (is_skipped(status)) GTEST_SKIP() << "no mount namespace can be made here";
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace sys
