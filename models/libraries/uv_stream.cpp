#include "models/libraries/uv_stream.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "sys/unique_fd.h"

namespace models {

int UvStream::make(int descriptor) {
    int domain = 0;
    socklen_t size = sizeof domain;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == -1) return -errno;
    return domain == AF_UNIX ? ::uv_pipe_init(loop_.native(), &handle_.pipe, 0)
                             : ::uv_tcp_init(loop_.native(), &handle_.tcp);
}

int UvStream::take_over(int descriptor) {
    sys::UniqueFd own{::fcntl(descriptor, F_DUPFD_CLOEXEC, 0)};
    if (!own) return -errno;
    const bool is_tcp = handle_.any.type == UV_TCP;
    const int status = is_tcp ? ::uv_tcp_open(&handle_.tcp, own.get()) : ::uv_pipe_open(&handle_.pipe, own.get());
    if (status == 0) static_cast<void>(own.release());
    return status;
}

int UvStream::open(int descriptor) {
    reading_ = false;
    left_.clear();
    left_from_ = 0;
    ended_ = 0;
    int status = make(descriptor);
    handle_.any.data = this;
    if (status < 0) {
        pool_.give_back(*this);
        return status;
    }
    status = take_over(descriptor);
    if (status < 0) close();
    return status;
}

bool UvStream::wait_as(UvRequest*& place, UvRequest& request) {
    place = &request;
    loop_.add_waiting();
    return false;
}

void UvStream::finish(UvRequest*& place, tasks::Result result) {
    UvRequest& request = *std::exchange(place, nullptr);
    request.result = result;
    loop_.resume(*request.continuation);
}

bool UvStream::connect(UvRequest& request, const sockaddr_in& address) {
    connecting_.data = this;
    const int status = ::uv_tcp_connect(&connecting_, &handle_.tcp, reinterpret_cast<const sockaddr*>(&address),
                                        [](uv_connect_t* connect, int result) {
                                            auto& self = *static_cast<UvStream*>(connect->data);
                                            if (self.writer_ != nullptr) self.finish(self.writer_, uv_result(result));
                                        });
    request.result = uv_result(status);
    return status < 0 || wait_as(writer_, request);
}

bool UvStream::take_what_is_left(UvRequest& request) {
    if (left_from_ < left_.size()) {
        const std::size_t count = std::min(left_.size() - left_from_, request.into.size());
        std::memcpy(request.into.data(), left_.data() + left_from_, count);
        left_from_ += count;
        request.result = {static_cast<std::int64_t>(count)};
        return true;
    }
    left_.clear();
    left_from_ = 0;
    if (ended_ == 0) return false;
    request.result = uv_result(std::exchange(ended_, 0));
    return true;
}

bool UvStream::receive(UvRequest& request) {
    if ((!left_.empty() || ended_ != 0) && take_what_is_left(request)) return true;
    // Started once: the stream reads as long as a task asks for more.
    if (!std::exchange(reading_, true)) {
        if (const int status = ::uv_read_start(stream(), on_buffer, on_read); status < 0) {
            reading_ = false;
            request.result = uv_result(status);
            return true;
        }
    }
    return wait_as(reader_, request);
}

// Reads into the task's buffer, unless that is so small that the library would have to read twice.
void UvStream::on_buffer(uv_handle_t* stream, std::size_t, uv_buf_t* buffer) {
    constexpr std::size_t least = 4096;
    const UvRequest* const reader = of(stream).reader_;
    const std::span<char> whole = reader != nullptr && reader->into.size() >= least
                                      ? std::span{reinterpret_cast<char*>(reader->into.data()), reader->into.size()}
                                      : of(stream).loop_.buffer();
    *buffer = ::uv_buf_init(whole.data(), static_cast<unsigned>(whole.size()));
}

void UvStream::on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
    // There was nothing to read after all.
    if (count == 0) return;
    const std::span<const char> bytes{buffer->base, static_cast<std::size_t>(std::max<ssize_t>(0, count))};
    of(stream).loop_.guard([&] { of(stream).read(count, std::as_bytes(bytes)); });
}

void UvStream::read(ssize_t count, std::span<const std::byte> bytes) {
    if (count < 0) {
        ended_ = count;
        reading_ = false;
        ::uv_read_stop(stream());
    }
    if (reader_ == nullptr) {
        left_.insert(left_.end(), bytes.begin(), bytes.end());
        // No task asks for more: further data waits in the kernel.
        if (std::exchange(reading_, false)) ::uv_read_stop(stream());
        return;
    }
    tasks::Result result{};
    if (count < 0) {
        result = uv_result(std::exchange(ended_, 0));
    } else {
        const std::size_t taken = std::min(bytes.size(), reader_->into.size());
        if (bytes.data() != reader_->into.data()) std::memcpy(reader_->into.data(), bytes.data(), taken);
        if (taken < bytes.size()) left_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(taken), bytes.end());
        result = {static_cast<std::int64_t>(taken)};
    }
    finish(reader_, result);
}

bool UvStream::send(UvRequest& request, std::span<const std::byte> bytes) {
    request.result = {static_cast<std::int64_t>(bytes.size())};
    if (bytes.empty()) return true;
    const auto as_buffer = [](std::span<const std::byte> part) {
        // The library only reads from the buffer.
        auto* const begin = const_cast<char*>(reinterpret_cast<const char*>(part.data()));
        return ::uv_buf_init(begin, static_cast<unsigned>(part.size()));
    };
    const uv_buf_t whole = as_buffer(bytes);
    const int sent = ::uv_try_write(stream(), &whole, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        request.result = uv_result(sent);
        return true;
    }
    const auto rest = bytes.subspan(static_cast<std::size_t>(std::max(0, sent)));
    if (rest.empty()) return true;
    writing_.data = this;
    const uv_buf_t queued = as_buffer(rest);
    const int status = ::uv_write(&writing_, stream(), &queued, 1, [](uv_write_t* write, int result) {
        auto& self = *static_cast<UvStream*>(write->data);
        if (self.writer_ != nullptr) self.finish(self.writer_, result < 0 ? uv_result(result) : self.writer_->result);
    });
    if (status < 0) request.result = uv_result(status);
    return status < 0 || wait_as(writer_, request);
}

void UvStream::close() {
    if (std::exchange(reader_, nullptr) != nullptr) loop_.remove_waiting();
    if (std::exchange(writer_, nullptr) != nullptr) loop_.remove_waiting();
    ::uv_close(&handle_.any,
               [](uv_handle_t* closed) { of(closed).loop_.guard([&] { of(closed).pool_.give_back(of(closed)); }); });
}

}  // namespace models
