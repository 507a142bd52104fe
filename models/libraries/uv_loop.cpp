#include "models/libraries/uv_loop.h"

#include <utility>

namespace models {

UvListener::UvListener(UvLoop& loop, int descriptor) : loop_{loop} {
    // It waits first, as everywhere.
    static_cast<void>(accept_.start(tasks::Accept{descriptor}));
    UvLoop::check(::uv_poll_init(loop.native(), &poll_, descriptor), "uv_poll_init");
    poll_.data = this;
}

void UvListener::accept(UvRequest& request) {
    acceptors_.push_back(&request);
    loop_.waits();
    if (!std::exchange(polling_, true)) UvLoop::check(::uv_poll_start(&poll_, UV_READABLE, on_ready), "uv_poll_start");
}

void UvListener::on_ready(uv_poll_t* poll, int status, int) {
    auto& self = *static_cast<UvListener*>(poll->data);
    if (self.acceptors_.empty()) {
        self.polling_ = false;
        ::uv_poll_stop(poll);
        return;
    }
    // After an error the library has stopped it; what the error is, the call itself says best.
    if (status < 0) self.polling_ = false;
    const bool done = self.accept_.attempt() == Readiness::done;
    if (!done && status >= 0) return;
    UvRequest& request = *self.acceptors_.front();
    self.acceptors_.pop_front();
    request.result = done ? self.accept_.result() : uv_outcome(status);
    self.loop_.resume(*request.continuation);
}

void UvListener::close(std::unique_ptr<UvListener> listener) {
    for (std::size_t i = 0; i < listener->acceptors_.size(); ++i) listener->loop_.waits_no_more();
    listener->acceptors_.clear();
    auto* const handle = reinterpret_cast<uv_handle_t*>(&listener.release()->poll_);
    ::uv_close(handle, [](uv_handle_t* closed) { delete static_cast<UvListener*>(closed->data); });
}

}  // namespace models
