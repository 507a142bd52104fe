// I/O: readers read the blocks of a file in a random order, and may write some; beside them a neighbour ticks. Its
// ticks are due at fixed points, so how late they come says for how long the model lets a task wait for another one's
// file. A reader lets others run after each block: a model that overlaps nothing in a read is late by one round of
// reads.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <stdexcept>

#include "sys/clock.h"
#include "sys/shared_memory.h"
#include "workloads/io/block_file.h"
#include "workloads/io/block_order.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

// What a run of readers and their neighbour shares.
struct FilesBoard {
    std::atomic<std::size_t> readers_left;
    std::atomic<std::int64_t> began_ns;  // when the first task of the run began; 0: none has
};

// When the first task of the run began: the ticks count from then on, also if the neighbour begins later.
sys::TimePoint beginning(FilesBoard& board) {
    const std::int64_t now_ns = sys::Nanoseconds{sys::now().time_since_epoch()}.count();
    std::int64_t began_ns = 0;
    if (board.began_ns.compare_exchange_strong(began_ns, now_ns)) began_ns = now_ns;
    return sys::TimePoint{sys::Nanoseconds{began_ns}};
}

// Reads each block whose turn is `first`, `first + readers`, ... A block that is written is synced too.
class ReaderTask final : public tasks::SteppedTask<ReaderTask> {
public:
    ReaderTask(const BlockFile& file, const BlockOrder& order, std::size_t first, std::size_t readers,
               std::uint64_t version, FilesBoard& board)
        : SteppedTask{&ReaderTask::started},
          file_{file},
          order_{order},
          turn_{first},
          readers_{readers},
          version_{version},
          board_{board},
          words_{std::make_unique_for_overwrite<std::uint64_t[]>(file.block_words())} {}

private:
    tasks::Operation started(tasks::Result) {
        (void)beginning(board_);
        return begin_block();
    }
    tasks::Operation was_read(tasks::Result result) {
        if (!is_whole(result)) return fail(result);
        return end_block(BlockFile::sum(words()));
    }
    tasks::Operation wrote(tasks::Result result) {
        if (!is_whole(result)) return fail(result);
        return then(&ReaderTask::synced, tasks::Sync{file_.descriptor()});
    }
    tasks::Operation synced(tasks::Result result) {
        if (result.failed()) return fail(result);
        return end_block(block());
    }
    tasks::Operation yielded(tasks::Result result) {
        if (result.failed()) return fail(result);
        turn_ += readers_;
        return begin_block();
    }

    tasks::Operation begin_block() {
        if (turn_ >= file_.blocks()) return end({digest_});
        const std::uint64_t offset = file_.offset(block());
        if (!order_.is_written(block())) {
            return then(&ReaderTask::was_read,
                        tasks::Read{file_.descriptor(), offset, std::as_writable_bytes(words())});
        }
        file_.make_block(block(), version_, words());
        return then(&ReaderTask::wrote, tasks::Write{file_.descriptor(), offset, std::as_bytes(words())});
    }
    tasks::Operation end_block(std::uint64_t digest) {
        digest_ = tasks::mix(digest_, digest);
        return then(&ReaderTask::yielded, tasks::Yield{});
    }
    tasks::Operation fail(tasks::Result result) { return end({0, result.failed() ? result.error() : -EIO}); }
    // The neighbour ticks until the last reader has ended, in whatever way.
    tasks::Operation end(tasks::Finish finish) {
        board_.readers_left.fetch_sub(1);
        return finish;
    }

    [[nodiscard]] bool is_whole(tasks::Result result) const noexcept {
        return !result.failed() && result.bytes() == file_.block_bytes();
    }
    [[nodiscard]] std::size_t block() const noexcept { return order_.block(turn_); }
    [[nodiscard]] std::span<std::uint64_t> words() const noexcept { return {words_.get(), file_.block_words()}; }

    const BlockFile& file_;
    const BlockOrder& order_;
    std::size_t turn_;
    std::size_t readers_;
    std::uint64_t version_;
    FilesBoard& board_;
    std::uint64_t digest_ = 0;
    std::unique_ptr<std::uint64_t[]> words_;
};

// Ticks at fixed points until no reader is left, at least once.
class NeighbourTask final : public tasks::SteppedTask<NeighbourTask> {
public:
    NeighbourTask(std::chrono::microseconds tick, FilesBoard& board, Histogram& lateness)
        : SteppedTask{&NeighbourTask::started}, tick_{tick}, board_{board}, lateness_{lateness} {}

private:
    tasks::Operation started(tasks::Result) {
        next_ = beginning(board_) + tick_;
        return sleep();
    }
    tasks::Operation slept(tasks::Result result) {
        if (result.failed()) return give_up(result);
        const sys::TimePoint now = sys::now();
        if (now < next_) return give_up({-ETIME});
        // Each point that has passed counts. With the first alone, a long delay would count no more than a short one.
        for (; next_ <= now; next_ += tick_) lateness_.record(sys::Nanoseconds{now - next_}.count());
        return board_.readers_left.load() > 0 ? sleep() : tasks::Finish{0};
    }
    tasks::Operation sleep() { return then(&NeighbourTask::slept, tasks::Sleep{next_}); }

    std::chrono::microseconds tick_;
    FilesBoard& board_;
    Histogram& lateness_;
    sys::TimePoint next_;
};

class Files final : public Workload {
public:
    explicit Files(const tasks::Arguments& arguments)
        : readers_{arguments.count("readers")},
          cold_{arguments.at("cold") != 0},
          tick_{arguments.at("tick_us")},
          order_{arguments.count("blocks"), arguments.count("write_percent")},
          file_{arguments.count("blocks"), arguments.count("block_kib") * 1024} {}

    // The neighbour is the last: a pool in which it begins late shows how late.
    std::size_t size() const override { return readers_ + 1; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        if (index == readers_) return std::make_unique<NeighbourTask>(tick_, *board_, lateness_.shard(0));
        return std::make_unique<ReaderTask>(file_, order_, index, readers_, board_->version.load(), *board_);
    }
    tasks::Demand demand() const override {
        // The neighbour ticks until the readers have ended: beside it, one of them at least must get on.
        return {.tasks_at_once = size(), .descriptors_lent = 1, .together = 2, .together_in_calls = 2, .sleeps = true};
    }

    std::string refusal() override {
        if (!cold_) return {};
        fill_once();
        return file_.make_cold();
    }
    void begin() override {
        fill_once();
        if (!cold_) {
            file_.make_warm();
        } else if (const std::string reason = file_.make_cold(); !reason.empty()) {
            throw std::runtime_error{reason};
        }
        board_->readers_left.store(readers_);
        board_->began_ns.store(0);
        board_->version.fetch_add(1);
    }
    Verdict verify(const tasks::Ledger& ledger) const override {
        const Verdict verdict = verify_digests(ledger, [this](std::size_t index) { return right_digest(index); });
        if (!verdict) return verdict;
        for (std::size_t block = 0; block < file_.blocks(); ++block) {
            if (order_.is_written(block) && !file_.holds(block, board_->version.load())) {
                return Verdict::invalid("block " + std::to_string(block) + " was not written");
            }
        }
        return Verdict::valid();
    }
    Work work() const override {
        return {.units = file_.blocks(), .bytes = file_.blocks() * file_.block_bytes(), .fairness = {}};
    }
    ShardedHistogram* latency() const override { return &lateness_; }
    std::string_view latency_meaning() const override { return "lateness of a ticking neighbour"; }

private:
    struct Board : FilesBoard {
        std::atomic<std::uint64_t> version;  // of the blocks that this run writes
    };

    void fill_once() {
        if (!filled_) file_.fill();
        filled_ = true;
    }
    [[nodiscard]] std::uint64_t right_digest(std::size_t index) const noexcept {
        if (index == readers_) return 0;
        std::uint64_t digest = 0;
        for (std::size_t turn = index; turn < file_.blocks(); turn += readers_) {
            const std::size_t block = order_.block(turn);
            digest = tasks::mix(digest, order_.is_written(block) ? block : file_.right_sum(block, 0));
        }
        return digest;
    }

    std::size_t readers_;
    bool cold_;
    std::chrono::microseconds tick_;
    BlockOrder order_;
    BlockFile file_;
    bool filled_ = false;
    sys::Shared<Board> board_;
    mutable ShardedHistogram lateness_;  // in shared memory; the neighbour writes it
};

constexpr tasks::Parameter parameters[] = {
    {"readers", 15, 1, 10'000, "tasks that read (or write) blocks"},
    {"blocks", 1'000, 1, 1'000'000, "blocks of the file; each is read or written once in a run"},
    {"block_kib", 4, 1, 65'536, "KiB of a block; the file lies in $TMPDIR, or else in /var/tmp"},
    {"cold", 0, 0, 1, "1: before a run, nothing of the file is in the page cache; 0: all of it is"},
    {"write_percent", 0, 0, 100, "of 100 blocks, those that are written and synced instead of read"},
    {"tick_us", 1'000, 100, 10'000'000, "microseconds between two ticks of the neighbour"},
};
constexpr Point points[] = {
    {"readers:15/blocks:1000/block_kib:4/cold:0", 5},
    {"readers:15/blocks:1000/block_kib:4/cold:1", 3},
};

}  // namespace

extern constinit const Entry files_entry{
    .name = "files",
    .group = Group::io,
    .unit = "block",
    .summary = "tasks that read blocks of a file, cold or cached, beside a neighbour that ticks",
    .parameters = parameters,
    .points = points,
    .smoke = "readers:2/blocks:8/block_kib:4/cold:0/write_percent:40/tick_us:500",
    .make = make_workload<Files>,
    .check = [](const tasks::Arguments& arguments) { require_one_for_each(arguments, "blocks", "readers"); },
};

}  // namespace workloads
