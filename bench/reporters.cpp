#include "bench/reporters.h"

#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <utility>

#include "bench/document.h"

namespace bench {
namespace {

using nlohmann::json;
using Runs = std::vector<benchmark::BenchmarkReporter::Run>;

class Silent final : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const Runs&) override {}
};

// Google Benchmark's reporter for CSV aborts when a case has a counter that the first one lacks.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
class Table final : public benchmark::CSVReporter {
public:
    void ReportRuns(const Runs& runs) override {
        if (std::exchange(first_, false)) {
            for (const Run& run : runs) {
                for (const auto& counter : run.counters) columns_.insert(counter.first);
            }
        }
        Runs cut = runs;
        for (Run& run : cut) {
            std::erase_if(run.counters, [&](const auto& counter) { return !columns_.contains(counter.first); });
        }
        benchmark::CSVReporter::ReportRuns(cut);
    }

private:
    bool first_ = true;
    std::set<std::string> columns_;
};
#pragma GCC diagnostic pop

// Passes everything on to a reporter that writes text, and moves the text to the spool.
class Text : public benchmark::BenchmarkReporter {
public:
    Text(std::unique_ptr<benchmark::BenchmarkReporter> writer, const sys::MemoryFile& spool)
        : writer_{std::move(writer)}, spool_{spool} {
        writer_->SetOutputStream(&text_);
        writer_->SetErrorStream(&text_);
    }
    bool ReportContext(const Context& context) override {
        const bool go_on = writer_->ReportContext(context);
        spool_.append(take());
        return go_on;
    }
    void ReportRuns(const Runs& runs) override {
        writer_->ReportRuns(runs);
        spool_.append(take());
    }
    void Finalize() override {
        writer_->Finalize();
        spool_.append(take());
    }

protected:
    [[nodiscard]] benchmark::BenchmarkReporter& writer() noexcept { return *writer_; }
    [[nodiscard]] const sys::MemoryFile& spool() const noexcept { return spool_; }
    [[nodiscard]] std::string take() { return std::exchange(text_, std::ostringstream{}).str(); }

private:
    std::unique_ptr<benchmark::BenchmarkReporter> writer_;
    const sys::MemoryFile& spool_;
    std::ostringstream text_;
};

class Document final : public Text {
public:
    Document(const Measured& measured, const RunCpus& cpus, const sys::MemoryFile& spool)
        : Text{std::make_unique<benchmark::JSONReporter>(), spool}, measured_{measured}, cpus_{cpus} {}

    bool ReportContext(const Context& context) override {
        const bool go_on = writer().ReportContext(context);
        json document = parse_benchmark_json(take() + "]}");
        complete_context(document["context"], cpus_);
        add(document["context"]);
        return go_on;
    }
    void ReportRuns(const Runs& runs) override {
        writer().ReportRuns(runs);
        std::string text = take();
        // The separator from the entries before.
        text.erase(0, text.find('{'));
        json entries = parse_benchmark_json("[" + text + "]");
        complete_entries(entries, measured_.names, measured_.samples, given_);
        for (const json& entry : entries) add(entry);
    }
    void Finalize() override {}

private:
    void add(const json& line) const {
        spool().append(line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
    }

    const Measured& measured_;
    const RunCpus& cpus_;
    std::vector<bool> given_;
};

}  // namespace

std::unique_ptr<benchmark::BenchmarkReporter> make_file_reporter(BenchmarkFlags::Format format,
                                                                 const Measured& measured, const RunCpus& cpus,
                                                                 const sys::MemoryFile& spool) {
    switch (format) {
        case BenchmarkFlags::Format::json: return std::make_unique<Document>(measured, cpus, spool);
        case BenchmarkFlags::Format::csv: return std::make_unique<Text>(std::make_unique<Table>(), spool);
        case BenchmarkFlags::Format::console: break;
    }
    return std::make_unique<Text>(std::make_unique<benchmark::ConsoleReporter>(benchmark::ConsoleReporter::OO_None),
                                  spool);
}

std::unique_ptr<benchmark::BenchmarkReporter> make_display_reporter(const BenchmarkFlags& flags, bool to_stderr) {
    if (flags.lists_cases) return nullptr;
    std::unique_ptr<benchmark::BenchmarkReporter> reporter;
    switch (flags.format) {
        case BenchmarkFlags::Format::json:
            if (flags.output_format == BenchmarkFlags::Format::json) return std::make_unique<Silent>();
            reporter = std::make_unique<benchmark::JSONReporter>();
            break;
        case BenchmarkFlags::Format::csv: reporter = std::make_unique<Table>(); break;
        case BenchmarkFlags::Format::console:
            // The function gives a plain pointer, or since 1.9.6 a unique_ptr.
            reporter = std::unique_ptr<benchmark::BenchmarkReporter>{benchmark::CreateDefaultDisplayReporter()};
            break;
    }
    if (to_stderr) reporter->SetOutputStream(&std::cerr);
    return reporter;
}

}  // namespace bench
