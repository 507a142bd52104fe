#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "sys/unique_fd.h"
#include "tasks/task.h"

namespace workloads {

// What the server of one page answers, made once.
class HttpAnswers {
public:
    explicit HttpAnswers(std::size_t page_bytes);

    // What is said of the connection. Nothing, where the client goes on by its version's custom.
    enum class Connection { unsaid, keep_alive, close };
    // Appends the answer; to HEAD it has no body.
    void add_to(std::string& text, Connection connection, bool head_only) const;
    // The plain answer, with nothing said.
    [[nodiscard]] const std::string& page() const noexcept { return page_; }
    // "400 Bad Request"; the connection is closed.
    [[nodiscard]] static std::string refusal(std::string_view status);

private:
    std::string fields_;  // and the line before them
    std::string page_;
};

// The server's side of a connection: it answers every request with the page, in the order in which they come. Its
// digest is mix(requests answered, bytes sent). The answers outlive it.
[[nodiscard]] std::unique_ptr<tasks::Task> make_http_connection(sys::UniqueFd connection, const HttpAnswers& answers);

}  // namespace workloads
