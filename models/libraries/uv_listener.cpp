#include "models/libraries/uv_listener.h"

#include <utility>

namespace models {

int UvListener::open(int descriptor) {
    // An accept waits first, as in every loop.
    static_cast<void>(accept_.start(tasks::Accept{descriptor}));
    polling_ = false;
    const int status = ::uv_poll_init(loop_.native(), &poll_, descriptor);
    poll_.data = this;
    if (status < 0) pool_.give_back(*this);
    return status;
}

void UvListener::accept(UvRequest& request) {
    acceptors_.push_back(&request);
    loop_.add_waiting();
    if (!std::exchange(polling_, true)) UvLoop::check(::uv_poll_start(&poll_, UV_READABLE, on_ready), "uv_poll_start");
}

void UvListener::on_ready(uv_poll_t* poll, int status, int) {
    auto& self = *static_cast<UvListener*>(poll->data);
    if (self.acceptors_.empty()) {
        self.polling_ = false;
        ::uv_poll_stop(poll);
        return;
    }
    // After an error the library has stopped polling; the call itself reports the error best.
    if (status < 0) self.polling_ = false;
    const bool done = self.accept_.attempt() == Readiness::done;
    if (!done && status >= 0) return;
    UvRequest& request = *self.acceptors_.front();
    self.acceptors_.pop_front();
    request.result = done ? self.accept_.result() : uv_result(status);
    self.loop_.resume(*request.continuation);
}

void UvListener::close() {
    for (; !acceptors_.empty(); acceptors_.pop_front()) loop_.remove_waiting();
    ::uv_close(reinterpret_cast<uv_handle_t*>(&poll_), [](uv_handle_t* closed) {
        auto& self = *static_cast<UvListener*>(closed->data);
        self.loop_.guard([&] { self.pool_.give_back(self); });
    });
}

}  // namespace models
