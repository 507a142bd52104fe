#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "bench/harness/placement.h"
#include "bench/sample.h"

namespace bench {

// The output file. Google Benchmark truncates its file before it knows whether it will write anything, and we have to
// complete its JSON afterwards. So it writes to a temporary file beside the output file.
class Output {
public:
    // Makes Google Benchmark write to the temporary file: replaces the value of --benchmark_out in `arguments`, and
    // unsets $BENCHMARK_OUT. Does nothing if neither was given. Throws std::runtime_error if the folder is not
    // writable.
    explicit Output(std::vector<std::string>& arguments);
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    ~Output();

    // Writes the document; samples[i] was measured under the run_name names[i].
    void finish(std::span<const std::string> names, std::span<const Sample> samples, const RunCpus& cpus) const;

private:
    std::filesystem::path path_;
    std::filesystem::path temporary_;
    bool json_ = true;
};

}  // namespace bench
