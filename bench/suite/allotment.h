#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace bench {

// A case of a group: the index of the group, and of the case in it.
using CaseKey = std::pair<std::size_t, std::size_t>;

// What is known of a case after the first pass.
struct Width {
    CaseKey key;
    std::vector<double> values;  // of the sets taken so far, see set_value()
    double set_s;                // how long a set of this case takes
};

// Half of the 95 % interval of the mean over `sets` sets with this standard deviation (Student's t).
[[nodiscard]] double half_width(double deviation, std::size_t sets);

// Distributes the time that is left once: a set more to the case whose interval would then still be the widest, and so
// on, until the time is used or each has `sets_most`. Returns how many more sets each case gets, if any. Cases with
// fewer than three values get none. Choosing by the widths alone, once, and never by what is significant keeps the
// confidence of the intervals.
[[nodiscard]] std::map<CaseKey, std::size_t> allot(std::span<const Width> widths, double left_s,
                                                   std::size_t sets_most = 40);

}  // namespace bench
