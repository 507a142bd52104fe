// The requests that a client sends to `serve`: the parser alone, and the task that answers.
#include "workloads/io/http_request.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "functions.h"
#include "workloads/io/http_connection.h"

namespace fuzz {
namespace {

using workloads::HttpRequests;

struct Read {
    HttpRequests::State state;
    bool keep_alive;
    bool must_be_told;
    bool head_only;
    bool operator==(const Read&) const = default;
};

// What the pieces are read as; the last one says how the text ends.
std::vector<Read> read(std::string_view text, std::size_t first_piece, std::size_t other_pieces) {
    using State = HttpRequests::State;
    HttpRequests requests;
    std::vector<Read> found;
    State state = requests.next();
    for (std::size_t length = first_piece; !text.empty(); length = other_pieces) {
        requests.add(text.substr(0, length));
        text.remove_prefix(std::min(length, text.size()));
        while ((state = requests.next()) == State::complete) {
            found.push_back({state, requests.keep_alive(), requests.must_be_told(), requests.head_only()});
        }
        if (state != State::unfinished) break;
    }
    found.push_back({state, false, false, false});
    return found;
}

struct Answered {
    std::string text;
    std::uint64_t digest;
    bool operator==(const Answered&) const = default;
};

// Plays the model of a connection whose client sends the text in pieces, and then closes its side.
Answered answer(std::string_view text, std::size_t piece) {
    static const workloads::HttpAnswers answers{40};
    const auto task = workloads::make_http_connection({}, answers);
    std::string sent;
    for (tasks::Result result{0};;) {
        tasks::Operation next = task->resume(result);
        if (const auto* const finish = std::get_if<tasks::Finish>(&next)) return {std::move(sent), finish->digest};
        if (const auto* const send = std::get_if<tasks::Send>(&next)) {
            sent.append(reinterpret_cast<const char*>(send->bytes.data()), send->bytes.size());
            result = {static_cast<std::int64_t>(send->bytes.size())};
            continue;
        }
        const auto into = std::get<tasks::Receive>(next).into;
        const std::size_t length = std::min({into.size(), text.size(), piece});
        std::ranges::copy(std::as_bytes(std::span{text.substr(0, length)}), into.begin());
        text.remove_prefix(length);
        result = {static_cast<std::int64_t>(length)};
    }
}

}  // namespace

void read_http_request(std::string_view input) {
    const auto whole = read(input, input.size(), 1);
    promise(read(input, 1, 1) == whole, "requests byte by byte are read as the whole is");
    // At about 32 places: all of them would take quadratic time.
    for (std::size_t cut = 1; cut < input.size(); cut += 1 + input.size() / 32) {
        promise(read(input, cut, input.size()) == whole, "requests in two pieces are read as the whole is");
    }
    promise(answer(input, 1) == answer(input, input.size()), "the answers depend on the pieces");
}

}  // namespace fuzz
