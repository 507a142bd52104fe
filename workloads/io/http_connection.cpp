#include "workloads/io/http_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "tasks/ledger.h"
#include "workloads/integer_work.h"
#include "workloads/io/http_request.h"

namespace workloads {
namespace {

class HttpTask final : public tasks::SteppedTask<HttpTask> {
public:
    HttpTask(sys::UniqueFd connection, const HttpAnswers& answers, std::int64_t work_us)
        : SteppedTask{&HttpTask::accepted}, connection_{std::move(connection)}, answers_{answers}, work_us_{work_us} {}

    void compute() override {
        for (; computed_for_ < answered_; ++computed_for_) work_result_ += integer_work(work_us_);
    }

private:
    tasks::Operation accepted(tasks::Result) { return receive_more(); }
    tasks::Operation received(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (result.bytes() == 0) return end();
        requests_.add({buffer_.data(), result.bytes()});
        answer_.clear();
        while (!closing_ && answer_next()) {
        }
        if (answer_.empty()) return receive_more();
        return work_us_ > 0 && computed_for_ < answered_ ? then(&HttpTask::computed, tasks::Compute{}) : computed({});
    }
    tasks::Operation computed(tasks::Result) {
        return then(&HttpTask::sent, tasks::Send{connection_.get(), std::as_bytes(std::span{answer_})});
    }
    tasks::Operation sent(tasks::Result result) {
        if (result.failed()) return give_up(result);
        bytes_ += result.bytes();
        return closing_ ? end_sending() : receive_more();
    }
    // The client has its answer, so a failure from here on does not matter.
    tasks::Operation discarded(tasks::Result result) {
        if (result.failed() || result.bytes() == 0) return end();
        discarded_bytes_ += result.bytes();
        return discarded_bytes_ < discarded_bytes_max ? discard_more() : end();
    }

    // Appends the answer to the next request. False if there is no complete request, or if it was refused.
    bool answer_next() {
        switch (requests_.next()) {
            case HttpRequests::State::unfinished: return false;
            case HttpRequests::State::complete: answer_with_page(); return true;
            case HttpRequests::State::malformed: refuse("400 Bad Request"); break;
            case HttpRequests::State::too_large: refuse("431 Request Header Fields Too Large"); break;
            case HttpRequests::State::not_possible: refuse("501 Not Implemented"); break;
        }
        return false;
    }
    void answer_with_page() {
        using Connection = HttpAnswers::Connection;
        closing_ = !requests_.keep_alive();
        const Connection field = closing_                   ? Connection::close
                                 : requests_.must_be_told() ? Connection::keep_alive
                                                            : Connection::unsaid;
        answers_.add_to(answer_, field, requests_.head_only());
        ++answered_;
    }
    void refuse(std::string_view status) {
        answer_ += HttpAnswers::refusal(status);
        closing_ = true;
    }

    // close() resets the connection if there are bytes that nobody received, and then the client may lose the last
    // answer. So the server ends its own side, and receives until the client ends its side (RFC 9112, 9.6). shutdown()
    // is no operation, because it never waits: all models would do the same.
    tasks::Operation end_sending() {
        ::shutdown(connection_.get(), SHUT_WR);
        return discard_more();
    }
    tasks::Operation discard_more() { return then(&HttpTask::discarded, receive()); }
    tasks::Operation receive_more() { return then(&HttpTask::received, receive()); }
    [[nodiscard]] tasks::Receive receive() { return {connection_.get(), std::as_writable_bytes(std::span{buffer_})}; }
    [[nodiscard]] tasks::Operation end() const { return tasks::Finish{tasks::mix(answered_, bytes_ + work_result_)}; }

    // More than a client sends before it reads an answer, and more than socket buffers hold by default.
    static constexpr std::size_t discarded_bytes_max = std::size_t{16} << 20;

    sys::UniqueFd connection_;
    const HttpAnswers& answers_;
    std::array<char, 4096> buffer_;
    HttpRequests requests_;
    std::string answer_;
    bool closing_ = false;
    std::size_t discarded_bytes_ = 0;
    std::uint64_t answered_ = 0;
    std::uint64_t bytes_ = 0;
    std::int64_t work_us_;
    std::uint64_t computed_for_ = 0;  // requests
    std::uint64_t work_result_ = 0;
};

std::string page_body(std::size_t bytes) {
    std::string body = "<!doctype html><title>concur</title><p>";
    while (body.size() + 1 < bytes) body += static_cast<char>('a' + body.size() % 26);
    body.resize(std::max<std::size_t>(bytes, 1) - 1);
    return body + '\n';
}

}  // namespace

HttpAnswers::HttpAnswers(std::size_t page_bytes) {
    const std::string body = page_body(page_bytes);
    fields_ = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    page_ = fields_ + "\r\n" + body;
}

void HttpAnswers::add_to(std::string& text, Connection connection, bool head_only) const {
    if (connection == Connection::unsaid && !head_only) {
        text += page_;
        return;
    }
    text += fields_;
    if (connection == Connection::keep_alive) text += "Connection: keep-alive\r\n";
    if (connection == Connection::close) text += "Connection: close\r\n";
    text += head_only ? "\r\n" : std::string_view{page_}.substr(fields_.size());
}

std::string HttpAnswers::refusal(std::string_view status) {
    return "HTTP/1.1 " + std::string{status} + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}

std::unique_ptr<tasks::Task> make_http_connection(sys::UniqueFd connection, const HttpAnswers& answers,
                                                  std::int64_t work_us) {
    return std::make_unique<HttpTask>(std::move(connection), answers, work_us);
}

}  // namespace workloads
