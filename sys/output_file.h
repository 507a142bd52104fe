#pragma once

#include <filesystem>
#include <string_view>

namespace sys {

// Where an output goes that a user has named by a path, after all symbolic links.
struct OutputPlace {
    enum class Kind {
        file,        // an ordinary file, or nothing yet
        special,     // a device, a pipe, a socket, a folder
        descriptor,  // one that this process has open: /dev/fd/N, /dev/stdout, /proc/self/fd/N
    };

    Kind kind;
    std::filesystem::path path;
    int descriptor;  // -1 unless it is one
};

// Throws std::system_error: a folder is missing, or links go round in a circle.
[[nodiscard]] OutputPlace find_output(const std::filesystem::path& path);

// Checks, before there is anything to write, that write_output() will be able to. Truncates nothing, opens no pipe, and
// leaves no new file. Throws std::system_error.
void require_writable(const std::filesystem::path& path);

// How long write_output() waits for the reader of a pipe.
struct Patience {
    int stop = -1;             // a descriptor that ends the waiting (EINTR) as soon as it is readable; -1: none
    bool for_a_reader = true;  // false: a pipe without a reader is an error (ENXIO)
};

// Writes a whole text. Throws std::system_error.
//
// An ordinary file is replaced in one step, with the same owner and mode: a reader finds the old text or the new text,
// never a part of one, even after a crash. Links to it stay links. A file that cannot be replaced (its folder is not
// writable or belongs to others, it is mounted there, or has several names) is written into. So are devices, pipes and
// descriptors; they are never replaced and never truncated.
//
// A pipe may have no reader yet, or a slow one: this waits for it. The caller ignores SIGPIPE.
void write_output(const std::filesystem::path& path, std::string_view text, Patience patience = {});

// Whether it is the file or pipe that is standard output. A terminal is not meant: it shows whatever comes.
[[nodiscard]] bool is_standard_output(const std::filesystem::path& path);

}  // namespace sys
