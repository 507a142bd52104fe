// Carrier: the loop's table. Waiter: libuv's loop (level-triggered epoll inside), with its streams and timers.
//
// What node.js stands on: streams that deliver what they have read to a callback (uv_read_start, into a buffer that
// they ask for), that try a write at once (uv_try_write) and queue what is left (uv_write). Good for portable programs,
// with files, names and processes in the same loop. Its weaknesses: timers in milliseconds, streams that own their
// descriptor and never give it away (so that a task's is a second one here, and connections are accepted by hand when
// a uv_poll_t says that they are there), and SIGPIPE, which has to be ignored by the whole process.
#include <memory>
#include <utility>

#include "models/libraries/uv_loop.h"
#include "models/loop/local_operations.h"
#include "models/loop/table_model.h"
#include "models/loop/touched_descriptors.h"

namespace models {
namespace {

// How one task's operations are performed with libuv's streams and timers. It lives as long as the task.
class UvOperation {
public:
    explicit UvOperation(UvLoop& loop) : loop_{&loop} {}

    template <class Spawner>
    [[nodiscard]] bool start(tasks::Operation& operation, tasks::Task& task, Continuation& continuation,
                             Spawner& spawner) {
        request_ = {.continuation = &continuation, .into = {}, .result = {}};
        return std::visit(tasks::Overloaded{
                              LocalOperations{*loop_, task, continuation, spawner},
                              [&](const tasks::Accept& accept) {
                                  touched_.note(accept.listener);
                                  loop_->listener_of(accept.listener).accept(request_);
                                  return false;
                              },
                              [&](const tasks::Connect& connect) {
                                  UvStream* const stream = stream_of(connect.socket);
                                  return stream == nullptr || stream->connect(request_, connect.address);
                              },
                              [&](const tasks::Receive& receive) {
                                  request_.into = receive.into;
                                  UvStream* const stream = stream_of(receive.socket);
                                  return stream == nullptr || stream->receive(request_);
                              },
                              [&](const tasks::Send& send) {
                                  UvStream* const stream = stream_of(send.socket);
                                  return stream == nullptr || stream->send(request_, send.bytes);
                              },
                              [&](const tasks::Sleep& sleep) {
                                  loop_->wait_until(sleep.until, continuation);
                                  return false;
                              },
                          },
                          operation);
    }
    [[nodiscard]] static bool go_on(Continuation&) noexcept { return true; }
    [[nodiscard]] tasks::Result result() const noexcept { return request_.result; }
    void forget_descriptors() {
        touched_.for_each([this](int descriptor) { loop_->forget(descriptor); });
    }

private:
    UvStream* stream_of(int descriptor) {
        touched_.note(descriptor);
        return loop_->stream_of(descriptor, request_.result);
    }

    UvLoop* loop_;
    UvRequest request_;
    TouchedDescriptors touched_;
};

}  // namespace

extern constinit const Entry libuv_entry{
    .name = "libuv",
    .family = Family::libraries,
    .carrier = "loop's table",
    .waiter = "libuv (epoll inside)",
    .summary = "one thread, libuv's loop with its streams and timers",
    .parameters = {},
    // Each that a task uses has a second one in the library.
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments&) {
            return enough_descriptors(2 * demand.tasks_at_once * demand.descriptors_per_task + demand.descriptors_lent);
        },
    .make = make_model<TableModel<UvLoop, UvOperation>>,
};

}  // namespace models
