#include "workloads/io/chunked_response.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace workloads {
namespace {

using State = ChunkedResponse::State;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span{text}); }

std::uint64_t checksum_of(std::string_view text) {
    Checksum checksum;
    checksum.add(bytes_of(text));
    return checksum.value();
}

State read_whole(std::string_view text) { return ChunkedResponse{}.read(bytes_of(text)); }

constexpr std::string_view head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string with_head(std::string_view chunks) { return std::string{head}.append(chunks); }

// The sizes of the chunks have small and capital hexadecimal digits, and the body contains text that looks like a
// chunk.
const std::string response =
    "HTTP/1.1 200 OK\r\nServer: x\r\nTransfer-Encoding: chunked\r\nDate: now\r\n\r\n"
    "a\r\n0123456789\r\n1\r\n\n\r\nB\r\n\r\n0\r\n\r\nabcd\r\n0\r\nTrailer: y\r\n\r\n";
const std::string body = "0123456789\n\r\n0\r\n\r\nabcd";

void expect_body(const ChunkedResponse& read) {
    EXPECT_EQ(read.body_bytes(), body.size());
    EXPECT_EQ(read.body_checksum(), checksum_of(body));
}

TEST(ChunkedResponse, ReadsAResponseInOnePiece) {
    ChunkedResponse whole;
    EXPECT_EQ(whole.read(bytes_of(response)), State::complete);
    expect_body(whole);
}

TEST(ChunkedResponse, ReadsAResponseInTwoPiecesOfAnyLength) {
    for (std::size_t split = 1; split < response.size(); ++split) {
        ChunkedResponse in_two;
        ASSERT_EQ(in_two.read(bytes_of(response).first(split)), State::unfinished) << split;
        ASSERT_EQ(in_two.read(bytes_of(response).subspan(split)), State::complete) << split;
        expect_body(in_two);
    }
}

TEST(ChunkedResponse, ReadsAResponseByteByByte) {
    ChunkedResponse slow;
    for (std::size_t i = 0; i + 1 < response.size(); ++i) {
        ASSERT_EQ(slow.read(bytes_of(response).subspan(i, 1)), State::unfinished) << i;
    }
    EXPECT_EQ(slow.read(bytes_of(response).last(1)), State::complete);
    expect_body(slow);
}

TEST(ChunkedResponse, ReadsAnEmptyBody) {
    ChunkedResponse empty;
    EXPECT_EQ(empty.read(bytes_of(with_head("0\r\n\r\n"))), State::complete);
    EXPECT_EQ(empty.body_bytes(), 0U);
    EXPECT_EQ(empty.body_checksum(), checksum_of(""));
}

TEST(ChunkedResponse, IgnoresEmptyPieces) {
    ChunkedResponse read;
    EXPECT_EQ(read.read({}), State::unfinished);
    EXPECT_EQ(read.read(bytes_of(response)), State::complete);
    EXPECT_EQ(read.read({}), State::complete);
}

TEST(ChunkedResponse, IsMalformedIfMoreFollows) {
    EXPECT_EQ(read_whole(response + "H"), State::malformed);
    ChunkedResponse over;
    EXPECT_EQ(over.read(bytes_of(response)), State::complete);
    EXPECT_EQ(over.read(bytes_of("H")), State::malformed);
}

TEST(ChunkedResponse, IsMalformed) {
    for (const std::string& wrong : {
             std::string{"HTTP/1.1 404 Not Found\r\n"}, std::string{"HTTP/1.0 200 OK\r\n"}, std::string{"\r\n"},
             std::string{"HTTP/1.1 200 OK\n"},                             // a bare line feed
             std::string{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"},  // not chunked
             std::string{"HTTP/1.1 200 OK\r\nX-Transfer-Encoding: chunked\r\n\r\n"}, with_head("\r\n"),
             with_head("x\r\n"), with_head("-1\r\n"), with_head("0x5\r\n"), with_head(" 5\r\n"), with_head("5 \r\n"),
             with_head("10000000000000000\r\n"),  // 2^64, which does not fit into 64 bits
             with_head("5\n"),
             with_head("5\r\n01234x\r\n"),  // longer than its size
             with_head("5\r\n01234\n"),
             with_head("5\r\n01234\r\n\r\n"),  // neither a size nor the end
         }) {
        EXPECT_EQ(read_whole(wrong), State::malformed) << wrong;
    }
}

TEST(ChunkedResponse, RefusesALineThatIsTooLong) {
    EXPECT_EQ(read_whole(std::string(8192, 'H')), State::unfinished);
    EXPECT_EQ(read_whole(std::string(8193, 'H')), State::malformed);
    EXPECT_EQ(read_whole(with_head(std::string(100'000, '0'))), State::malformed);
}

TEST(Checksum, IsFnv1a) {
    EXPECT_EQ(checksum_of(""), 0xcbf29ce484222325ULL);
    // Test vectors of the authors.
    EXPECT_EQ(checksum_of("a"), 0xaf63dc4c8601ec8cULL);
    EXPECT_EQ(checksum_of("foobar"), 0x85944171f73967e8ULL);
}

TEST(Checksum, DependsOnTheOrderButNotOnThePieces) {
    EXPECT_NE(checksum_of("ab"), checksum_of("ba"));
    Checksum pieces;
    pieces.add(bytes_of("foo"));
    pieces.add({});
    pieces.add(bytes_of("bar"));
    EXPECT_EQ(pieces.value(), checksum_of("foobar"));
}

}  // namespace
}  // namespace workloads
