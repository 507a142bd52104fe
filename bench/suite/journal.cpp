#include "bench/suite/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "sys/check.h"
#include "sys/memory_file.h"
#include "sys/output_file.h"

namespace bench {
namespace {

constexpr std::string_view suffix{".journal"};

void lock_alone(const sys::UniqueFd& file, const std::filesystem::path& path) {
    // The kernel releases it when this program ends.
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return;
    throw std::runtime_error{path.string() + " is being written by another suite_runner: wait until it has ended"};
}

sys::UniqueFd open_file(const std::filesystem::path& path, int flags) {
    sys::UniqueFd file{::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | flags, 0644)};
    if (!file) {
        if (errno == EEXIST) {
            throw std::runtime_error{path.string() +
                                     " exists: it belongs to a run that is not finished; resume that "
                                     "run with --resume, or remove the file"};
        }
        throw std::runtime_error{"cannot write " + path.string() + ": " + sys::error_text(errno)};
    }
    lock_alone(file, path);
    return file;
}

// Calls the function for each line that has an end: the last one has none if the run was killed while it was being
// written.
void for_whole_lines(std::string_view text, const std::function<void(std::string_view)>& take) {
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        take(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
}

}  // namespace

std::filesystem::path Journal::path_of(const std::filesystem::path& document) {
    try {
        const sys::OutputPlace place = sys::find_output(document);
        if (place.kind == sys::OutputPlace::Kind::file) return place.path.string().append(suffix);
    } catch (const std::system_error&) {
        // There is no such folder. So there is no journal either.
    }
    return document.string().append(suffix);
}

std::filesystem::path Journal::document_of(const std::filesystem::path& journal) {
    const std::string path = journal.string();
    assert(path.ends_with(suffix));
    return path.substr(0, path.size() - suffix.size());
}

Journal Journal::begin(std::filesystem::path path) {
    sys::UniqueFd file = open_file(path, O_CREAT | O_EXCL);
    return Journal{std::move(path), std::move(file)};
}

Journal Journal::begin_elsewhere() {
    std::error_code ignored;
    const std::string ending = std::string{".json"}.append(suffix);
    std::string path = (std::filesystem::temp_directory_path(ignored) / "concur-XXXXXX").string().append(ending);
    sys::UniqueFd file{::mkostemps(path.data(), static_cast<int>(ending.size()), O_APPEND | O_CLOEXEC)};
    if (!file) throw std::runtime_error{"cannot write " + path + ": " + sys::error_text(errno)};
    lock_alone(file, path);
    return Journal{path, std::move(file)};
}

Journal Journal::go_on(std::filesystem::path path) {
    sys::UniqueFd file = open_file(path, 0);
    Journal journal{std::move(path), std::move(file)};
    off_t length = 0;
    journal.read([&](std::string_view line) { length += static_cast<off_t>(line.size()) + 1; });
    sys::check(::ftruncate(journal.file_.get(), length), "ftruncate");
    return journal;
}

void Journal::read(const std::filesystem::path& path, const std::function<void(std::string_view)>& take) {
    std::ifstream file{path, std::ios::binary};
    if (!file) throw std::runtime_error{"cannot read " + path.string() + ": " + sys::error_text(errno)};
    for_whole_lines(std::string{std::istreambuf_iterator<char>{file}, {}}, take);
}

void Journal::read(const std::function<void(std::string_view)>& take) const {
    for_whole_lines(sys::read_whole(file_.get()), take);
}

void Journal::add(const nlohmann::json& record) {
    // A record may hold the output of a program, which need not be valid UTF-8.
    pending_ += record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void Journal::commit() {
    try {
        for (std::string_view left = pending_; !left.empty();) {
            left.remove_prefix(
                static_cast<std::size_t>(sys::check(::write(file_.get(), left.data(), left.size()), "write")));
        }
        sys::check(::fsync(file_.get()), "fsync");
    } catch (const std::exception& error) {
        throw std::runtime_error{"cannot write " + path_.string() + ": " + error.what()};
    }
    pending_.clear();
}

void Journal::remove() {
    file_.reset();
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

bool Journal::exists() const {
    std::error_code ignored;
    return std::filesystem::exists(path_, ignored);
}

}  // namespace bench
