#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "bench/benchmark_flags.h"
#include "sys/memory_file.h"
#include "sys/output_file.h"

namespace bench {

// The outputs of a benchmark binary: its output file, and standard output if that is to be JSON. The process that
// measures puts each case into a spool; its parent writes the outputs, however that process has ended.
class Output {
public:
    // Throws std::runtime_error, with one line, if the output file cannot be written.
    explicit Output(const BenchmarkFlags& flags);

    [[nodiscard]] const sys::MemoryFile& spool() const noexcept { return spool_; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    // Whether the output file is the file or pipe that is standard output.
    [[nodiscard]] bool is_standard_output() const noexcept { return is_standard_output_; }

    // Writes what is in the spool; nothing if no case has been measured. `complete`: the process that measures has come
    // to its end. `shown`: what was measured is on standard output. What is neither shown nor written is kept in
    // another file. Throws std::runtime_error, with one line that names it. Returns whether there was something to
    // write.
    bool finish(bool complete, bool shown, sys::Patience patience) const;

private:
    [[nodiscard]] std::string text(bool complete) const;

    std::filesystem::path path_;
    bool is_document_;
    bool shows_document_;
    bool is_standard_output_ = false;
    sys::MemoryFile spool_{"concur-results"};
};

}  // namespace bench
