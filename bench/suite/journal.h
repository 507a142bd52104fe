#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "sys/unique_fd.h"

namespace bench {

// The record of a run that is not finished: a file beside the results document, with one JSON object in each line. It
// only grows, so what it costs to record a set does not depend on how many there are; the document is made from it at
// the end. It is on the disk after each commit(): a run that is killed loses at most the set under way.
class Journal {
public:
    // The journal of this results document: beside the file, if the path is a link to it.
    [[nodiscard]] static std::filesystem::path path_of(const std::filesystem::path& document);
    // The document of this journal, if that lies beside it.
    [[nodiscard]] static std::filesystem::path document_of(const std::filesystem::path& journal);

    // Makes the file, which must not exist. Throws std::runtime_error, with a message of one line.
    [[nodiscard]] static Journal begin(std::filesystem::path path);
    // The same in the system's temporary folder, with a new name: for a document beside which no file can be made.
    [[nodiscard]] static Journal begin_elsewhere();
    // Continues a journal. Cuts off a last line that is not whole: it was being written when the run was killed. Throws
    // std::runtime_error.
    [[nodiscard]] static Journal go_on(std::filesystem::path path);

    // Calls the function for each whole line, without the line's end. Throws std::runtime_error.
    static void read(const std::filesystem::path& path, const std::function<void(std::string_view line)>& take);

    // Adds a line at the next commit().
    void add(const nlohmann::json& record);
    // Writes the lines in one piece, and waits until they are on the disk. Throws std::runtime_error.
    void commit();
    // Calls the function for each whole line that was committed, even if the file has been removed since.
    void read(const std::function<void(std::string_view line)>& take) const;
    // The run is complete.
    void remove();
    // Whether the file is still there.
    [[nodiscard]] bool exists() const;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    Journal(std::filesystem::path path, sys::UniqueFd file) : path_{std::move(path)}, file_{std::move(file)} {}

    std::filesystem::path path_;
    sys::UniqueFd file_;
    std::string pending_;
};

}  // namespace bench
