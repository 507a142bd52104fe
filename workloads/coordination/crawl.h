#pragma once

#include <cstddef>
#include <cstdint>

namespace workloads {

// Who parses a page that has been fetched.
enum class CrawlWay : std::int64_t {
    collect_all = 0,   // a collector, one page after another, when all pages have come
    in_the_task = 1,   // the task that fetched it
    as_they_come = 2,  // a collector, one page after another, each when it comes: a callback
};

// How long a page takes, in units of the same length.
struct PageUnits {
    std::int64_t fetch;
    std::int64_t parse;
};

// Each of the two takes 1 to 3 units; the first nine pages are the nine pairs of that, and then they repeat.
[[nodiscard]] constexpr PageUnits page_units(std::size_t page) noexcept {
    return {.fetch = static_cast<std::int64_t>(1 + page % 3),
            .parse = static_cast<std::int64_t>(1 + (page + page / 3) % 3)};
}

// How long all pages take with a model that fetches them in the order of their numbers, overlaps whatever can be
// overlapped, and costs nothing itself. `at_once`: the pages that are fetched at the same time at most. Neither number
// is 0.
[[nodiscard]] std::int64_t crawl_makespan_units(CrawlWay way, std::size_t pages, std::size_t at_once);

}  // namespace workloads
