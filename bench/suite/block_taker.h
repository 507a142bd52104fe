#pragma once

#include <filesystem>
#include <list>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "bench/harness/placement.h"
#include "bench/suite/binary_call.h"
#include "bench/suite/plan.h"
#include "bench/suite/slicing.h"
#include "bench/suite/turn_taker.h"
#include "sys/signal_watch.h"

namespace bench {

// One of the cases of a block.
struct Member {
    const PlannedCase* planned;
    bool count;  // counts system calls too, after its last turn
};

struct BlockResult {
    std::vector<std::optional<Taken>> taken;  // by member; nullopt for one that was put off
};

// Takes sets of blocks. A block is a few cases, each in a fresh process. All are alive at once and take turns, in
// slices of about 25 ms and in a random order, so that a disturbance that lasts for longer affects all of them alike.
class BlockTaker {
public:
    // `time_limit_s`: of a turn. `slicings`: what is not known yet is found on the way, and added; outlives this
    // object.
    BlockTaker(std::filesystem::path binaries, CpuPlan cpus, double time_limit_s, Slicings& slicings);

    // A member that turns out to have long slices is put off, so that it can join another block; but not the first
    // member, the baseline. Returns nullopt if a signal came: then nothing was taken.
    [[nodiscard]] std::optional<BlockResult> take(std::span<const Member> members, std::mt19937_64& random,
                                                  sys::SignalWatch& signals);

private:
    // A member while its process lives.
    struct Seat {
        Seat(std::size_t its_member, const BinaryCall& its_call, const Slicing& its_slicing,
             const sys::SignalWatch& signals)
            : member{its_member},
              call{its_call.with_output(output)},
              taker{call.command(), signals, output.descriptor()},
              slicing{its_slicing} {}

        std::size_t member;
        sys::MemoryFile output{"concur-sample"};
        BinaryCall call;
        TurnTaker taker;
        Slicing slicing;
        std::uint64_t least = 0;  // work in a slice, if the slicing was found in this set
        std::vector<Try> taken;   // the recorded slices so far
    };
    enum class Next { go_on, gone, interrupted };

    // Each starts or gives turns. Gone: the member has ended or was put off, and its seat is free.
    [[nodiscard]] Next seat(std::size_t member, const Member& what, sys::SignalWatch& signals);
    [[nodiscard]] Next find_slicing(Seat& seat, sys::SignalWatch& signals);
    void cut_again(Seat& seat);
    [[nodiscard]] Next give_turn(Seat& seat, const std::string& message, sys::SignalWatch& signals);
    [[nodiscard]] Next await(Seat& seat, sys::SignalWatch& signals);
    [[nodiscard]] bool rotate(std::mt19937_64& random, sys::SignalWatch& signals);
    [[nodiscard]] bool end_all(sys::SignalWatch& signals);
    void leave(Seat& seat, std::optional<Taken> taken);

    std::filesystem::path binaries_;
    CpuPlan cpus_;
    double time_limit_s_;
    Slicings& slicings_;
    std::list<Seat> seats_;
    std::string answer_;  // of the last turn
    Try done_{};          // the same, if it was a slice
    std::vector<std::optional<Taken>> taken_;
};

}  // namespace bench
