// The response that the peer of `fetch` sends.
#include "workloads/io/chunked_response.h"

#include <algorithm>
#include <cstdint>

#include "functions.h"

namespace fuzz {
namespace {

using workloads::ChunkedResponse;

struct Read {
    ChunkedResponse::State state;
    std::size_t body_bytes;
    std::uint64_t body_checksum;
    bool operator==(const Read&) const = default;
};

Read read(std::string_view text, std::size_t first_piece, std::size_t other_pieces) {
    using State = ChunkedResponse::State;
    ChunkedResponse response;
    State state = response.read({});
    for (std::size_t length = first_piece; !text.empty() && state != State::malformed; length = other_pieces) {
        state = response.read(std::as_bytes(std::span{text.substr(0, length)}));
        text.remove_prefix(std::min(length, text.size()));
    }
    // Nobody reads the body of a malformed response.
    if (state == State::malformed) return {state, 0, 0};
    return {state, response.body_bytes(), response.body_checksum()};
}

}  // namespace

void read_chunked_response(std::string_view input) {
    const Read whole = read(input, input.size(), 1);
    promise(whole.body_bytes <= input.size(), "the body has bytes that nobody sent");
    promise(read(input, 1, 1) == whole, "a response byte by byte is read as the whole is");
    // At about 32 places: all of them would take quadratic time.
    for (std::size_t cut = 1; cut < input.size(); cut += 1 + input.size() / 32) {
        promise(read(input, cut, input.size()) == whole, "a response in two pieces is read as the whole is");
    }
}

}  // namespace fuzz
