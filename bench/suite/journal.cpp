#include "bench/suite/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "sys/check.h"

namespace bench {
namespace {

sys::UniqueFd open_file(const std::filesystem::path& path, int flags) {
    sys::UniqueFd file{::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0644)};
    if (!file) {
        if (errno == EEXIST) {
            throw std::runtime_error{path.string() +
                                     " exists: it belongs to a run that is not finished; resume that "
                                     "run with --resume, or remove the file"};
        }
        throw std::runtime_error{"cannot write " + path.string() + ": " + sys::error_text(errno)};
    }
    // The kernel releases it when this program ends.
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        throw std::runtime_error{path.string() + " is being written by another suite_runner: wait until it has ended"};
    }
    return file;
}

// The length of all whole lines.
std::size_t whole_lines(const std::filesystem::path& path) {
    std::size_t length = 0;
    Journal::read(path, [&](std::string_view line) { length += line.size() + 1; });
    return length;
}

}  // namespace

std::filesystem::path Journal::path_of(const std::filesystem::path& document) { return document.string() + ".journal"; }

Journal Journal::begin(std::filesystem::path path) {
    sys::UniqueFd file = open_file(path, O_CREAT | O_EXCL);
    return Journal{std::move(path), std::move(file)};
}

Journal Journal::go_on(std::filesystem::path path) {
    sys::UniqueFd file = open_file(path, 0);
    std::filesystem::resize_file(path, whole_lines(path));
    return Journal{std::move(path), std::move(file)};
}

void Journal::read(const std::filesystem::path& path, const std::function<void(std::string_view)>& take) {
    std::ifstream file{path, std::ios::binary};
    if (!file) throw std::runtime_error{"cannot read " + path.string() + ": " + sys::error_text(errno)};
    for (std::string line; std::getline(file, line);) {
        // The last line has no end if the run was killed while it was being written.
        if (!file.eof()) take(line);
    }
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
    std::filesystem::remove(path_);
}

}  // namespace bench
