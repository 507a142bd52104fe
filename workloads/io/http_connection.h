#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sys/unique_fd.h"
#include "tasks/task.h"

namespace workloads {

// The answers of a server that has one page. They are made once.
class HttpAnswers {
public:
    // The page has `page_bytes` bytes, but at least 1.
    explicit HttpAnswers(std::size_t page_bytes);

    // The answer's Connection field. `unsaid`: the answer has none, if client and server do what is usual in the
    // client's version of HTTP.
    enum class Connection { unsaid, keep_alive, close };
    // Appends the answer to `text`. The answer to HEAD has no body.
    void add_to(std::string& text, Connection connection, bool head_only) const;
    // The whole answer with Connection::unsaid.
    [[nodiscard]] const std::string& page() const noexcept { return page_; }
    // The answer to a request that is refused. `status`: "400 Bad Request".
    [[nodiscard]] static std::string refusal(std::string_view status);

private:
    std::string fields_;  // the status line and the fields that all answers have
    std::string page_;
};

// Makes the task that serves one connection: it answers the requests in their order, each with the page. A bad request
// is refused, and ends the connection. For each page the task computes integer_work(work_us) before it sends. The
// digest is mix(number of requests answered with the page, bytes sent and the results of integer_work()). The caller
// must keep `answers` until the task is gone.
[[nodiscard]] std::unique_ptr<tasks::Task> make_http_connection(sys::UniqueFd connection, const HttpAnswers& answers,
                                                                std::int64_t work_us = 0);

}  // namespace workloads
