// The table in docs/faults.md is that of the outcomes that the tests of this folder check. To write it anew:
// CONCUR_UPDATE_DOCS=1 models_tests --gtest_filter='FaultTable.*'
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "faults/outcomes.h"
#include "models/table.h"

namespace models {
namespace {

constexpr std::string_view begin_mark = "<!-- faults: written by models_tests -->\n";
constexpr std::string_view end_mark = "<!-- faults: end -->";

std::string_view heading_of(Fault fault) {
    switch (fault) {
        case Fault::task_throws: return "a task throws";
        case Fault::spawned_task_throws: return "a spawned task throws";
        case Fault::compute_throws: return "`compute()` throws";
        case Fault::no_first_carrier: return "no thread or process";
        case Fault::no_further_carrier: return "no third one";
        case Fault::peer_resets: return "reset in the middle of an answer";
        case Fault::slow_reader: return "short writes, slow reader";
        case Fault::no_descriptor: return "EMFILE on accept";
        case Fault::signals: return "a signal each ms";
    }
    return "";
}

std::string row_of(const Entry& entry) {
    std::string row = "| `" + std::string{entry.name} + "` |";
    for (const Fault fault : all_faults) row.append(" ").append(outcome_of(entry, fault)).append(" |");
    return row + "\n";
}

std::string table_text() {
    std::string text = "| model |";
    std::string line = "|---|";
    for (const Fault fault : all_faults) {
        text.append(" ").append(heading_of(fault)).append(" |");
        line += "---|";
    }
    text += "\n" + line + "\n";
    for (const Entry* const entry : table()) text += row_of(*entry);
    return text;
}

TEST(FaultTable, StandsInTheDocumentation) {
    const std::filesystem::path path = std::filesystem::path{CONCUR_SOURCE_DIR} / "docs/faults.md";
    std::ostringstream read;
    read << std::ifstream{path}.rdbuf();
    std::string page = read.str();
    const std::size_t begin = page.find(begin_mark);
    const std::size_t end = page.find(end_mark);
    ASSERT_TRUE(begin != std::string::npos && end != std::string::npos) << path << " has no marks";
    const std::size_t first = begin + begin_mark.size();
    if (absent().empty() && std::getenv("CONCUR_UPDATE_DOCS") != nullptr) {
        std::ofstream{path} << page.replace(first, end - first, table_text());
        return;
    }
    const std::string found = page.substr(first, end - first);
    // A build without optional libraries lacks some rows.
    if (absent().empty()) {
        EXPECT_EQ(found, table_text());
    }
    for (const Entry* const entry : table()) EXPECT_NE(found.find(row_of(*entry)), std::string::npos) << entry->name;
}

}  // namespace
}  // namespace models
