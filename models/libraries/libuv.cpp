// Carrier: the loop's table. Wait mechanism: libuv's loop (level-triggered epoll inside), with its streams
// and timers, and with its pool of threads for files.
//
// The base of node.js. A stream reads into a buffer that it asks for and passes the data to a callback (uv_read_start);
// it tries a write at once (uv_try_write) and queues the rest (uv_write). Good for portable programs, with files, names
// and processes in the same loop. Its weaknesses: timers are in milliseconds; a stream owns its descriptor and never
// gives it back, so here it has a duplicate of the task's descriptor, and connections are accepted by hand after a
// uv_poll_t; and the whole process has to ignore SIGPIPE.
#include <memory>
#include <utility>

#include "models/libraries/uv_sockets.h"
#include "models/loop/local_operations.h"
#include "models/loop/table_model.h"
#include "models/loop/touched_descriptors.h"

namespace models {
namespace {

// A TaskOperation with libuv's streams, timers and calls on files. It lives as long as the task.
class UvOperation {
public:
    explicit UvOperation(UvSocketLoop& loop) : loop_{&loop} {}

    template <TaskSpawner Spawner>
    [[nodiscard]] bool start(tasks::Operation& operation, CarriedTask& carried, Spawner& spawner) {
        request_ = {.continuation = &carried, .into = {}, .result = {}};
        return std::visit(tasks::Overloaded{
                              LocalOperations{*loop_, carried, spawner, request_.result},
                              [&](const tasks::Accept& accept) {
                                  touched_.note(accept.listener);
                                  UvListener* const found = loop_->listener_of(accept.listener, request_.result);
                                  if (found != nullptr) found->accept(request_);
                                  return found == nullptr;
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
                              [&]<tasks::OnFile Asked>(const Asked& asked) {
                                  loop_->files().start(asked, request_);
                                  return false;
                              },
                              [&](const tasks::Sleep& sleep) {
                                  loop_->wait_until(sleep.until, carried);
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

    UvSocketLoop* loop_;
    UvRequest request_;
    TouchedDescriptors touched_;
};

}  // namespace

extern constinit const Entry libuv_entry{
    .name = "libuv",
    .family = Family::libraries,
    .carrier = "loop's table",
    .wait_mechanism = "libuv (epoll inside)",
    .summary = "one thread, libuv's loop with its streams and timers",
    // The library has a duplicate of each descriptor that a task uses.
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments&) {
            return enough_descriptors(2 * demand.tasks_at_once * demand.descriptors_per_task + demand.descriptors_lent);
        },
    .make = make_model<TableModel<UvSocketLoop, UvOperation>>,
};

}  // namespace models
