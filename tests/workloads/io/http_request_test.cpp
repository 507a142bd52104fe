#include "workloads/io/http_request.h"

#include <gtest/gtest.h>

#include <string>

namespace workloads {
namespace {

using State = HttpRequests::State;

const std::string plain = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

State read(const std::string& text) {
    HttpRequests requests;
    requests.add(text);
    return requests.next();
}

TEST(HttpRequests, ReadsARequestInTwoPiecesOfAnyLength) {
    for (std::size_t cut = 0; cut <= plain.size(); ++cut) {
        HttpRequests requests;
        requests.add(plain.substr(0, cut));
        if (cut < plain.size()) {
            EXPECT_EQ(requests.next(), State::unfinished) << cut;
        }
        requests.add(plain.substr(cut));
        EXPECT_EQ(requests.next(), State::complete) << cut;
        EXPECT_TRUE(requests.keep_alive());
        EXPECT_EQ(requests.next(), State::unfinished);
    }
}

TEST(HttpRequests, ReadsSeveralRequestsFromOnePiece) {
    HttpRequests requests;
    requests.add(plain + "\r\n" + "HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + plain.substr(0, 5));
    EXPECT_EQ(requests.next(), State::complete);
    EXPECT_FALSE(requests.head_only());
    EXPECT_EQ(requests.next(), State::complete);
    EXPECT_TRUE(requests.head_only());
    EXPECT_FALSE(requests.keep_alive());
    EXPECT_EQ(requests.next(), State::unfinished);
}

TEST(HttpRequests, KnowsWhetherTheClientKeepsTheConnection) {
    struct Wish {
        bool keeps;
        bool must_be_told;
        bool operator==(const Wish&) const = default;
    };
    const auto wish = [](const std::string& version, const std::string& fields) {
        HttpRequests requests;
        requests.add("GET / " + version + "\r\nHost: x\r\n" + fields + "\r\n");
        EXPECT_EQ(requests.next(), State::complete) << fields;
        return Wish{requests.keep_alive(), requests.must_be_told()};
    };
    constexpr Wish goes_on{true, false};
    constexpr Wish goes_on_if_told{true, true};
    constexpr Wish ends{false, false};
    EXPECT_EQ(wish("HTTP/1.1", ""), goes_on);
    EXPECT_EQ(wish("HTTP/1.1", "Connection: keep-alive\r\n"), goes_on);
    EXPECT_EQ(wish("HTTP/1.1", "Connection: Close\r\n"), ends);
    EXPECT_EQ(wish("HTTP/1.1", "connection: upgrade, close\r\n"), ends);
    EXPECT_EQ(wish("HTTP/1.0", ""), ends);
    EXPECT_EQ(wish("HTTP/1.0", "Connection: Keep-Alive\r\n"), goes_on_if_told);
    // "close" has priority in any place.
    for (const char* const both :
         {"Connection: close, keep-alive\r\n", "Connection: keep-alive, close\r\n",
          "Connection: close\r\nConnection: keep-alive\r\n", "Connection: keep-alive\r\nConnection: close\r\n"}) {
        EXPECT_EQ(wish("HTTP/1.1", both), ends) << both;
        EXPECT_EQ(wish("HTTP/1.0", both), ends) << both;
    }
}

TEST(HttpRequests, ForgetsTheFieldsOfTheRequestBefore) {
    HttpRequests requests;
    requests.add("HEAD / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n" + plain + plain);
    EXPECT_EQ(requests.next(), State::complete);
    EXPECT_TRUE(requests.head_only() && requests.must_be_told());
    EXPECT_EQ(requests.next(), State::complete);
    EXPECT_TRUE(!requests.head_only() && !requests.must_be_told() && requests.keep_alive());
    EXPECT_EQ(requests.next(), State::complete) << "each request needs its own Host field";
}

TEST(HttpRequests, RefusesMalformedRequests) {
    // Each line has only one mistake.
    for (const char* const line :
         {"GET", "GET /", "GET / ", "GET  HTTP/1.1", "GET / HTTP/2", "GET / http/1.1", "GET / HTTP/1.1x",
          "GE T / HTTP/1.1", "GET /a b HTTP/1.1", "G(T / HTTP/1.1", "GET /\x01 HTTP/1.1", " / HTTP/1.1"}) {
        EXPECT_EQ(read(std::string{line} + "\r\nHost: x\r\n\r\n"), State::malformed) << line;
    }
    EXPECT_EQ(read("GET / HTTP/1.1\r\n\r\n"), State::malformed) << "no Host field";
    const auto with = [](const std::string& field) {
        return read("GET / HTTP/1.1\r\nHost: x\r\n" + field + "\r\n\r\n");
    };
    EXPECT_EQ(with("X: y"), State::complete);
    EXPECT_EQ(with("X y"), State::malformed) << "no colon";
    EXPECT_EQ(with(" folded"), State::malformed);
    EXPECT_EQ(with("X : y"), State::malformed) << "a space before the colon, used for request smuggling";
    EXPECT_EQ(with(": y"), State::malformed);
    EXPECT_EQ(with(std::string{"X: y"} + '\0'), State::malformed);
    EXPECT_EQ(with("X: y\rz"), State::malformed);
}

TEST(HttpRequests, RefusesRequestsThatProgramsReadInDifferentWays) {
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.0\r\nHost: x\r\nhost: y\r\n\r\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x y\r\n\r\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost:\r\n\r\n"), State::complete)
        << "a client that knows no host sends an empty field";
    EXPECT_EQ(read("GET / HTTP/1.0\r\n\r\n"), State::complete);
    for (const char* const length : {"abc", "", "-1", "+0", "0x0", "0, 0"}) {
        EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::string{length} + "\r\n\r\n"),
                  State::malformed)
            << length;
    }
}

TEST(HttpRequests, RefusesAtOnceIfItCannotBecomeARequest) {
    using namespace std::string_literals;
    EXPECT_EQ(read("\x16\x03\x01\x02\x00\x01\x00"s), State::malformed) << "TLS";
    EXPECT_EQ(read(" "), State::malformed);
    EXPECT_EQ(read("\r\n\r\n\x16"), State::malformed);
    EXPECT_EQ(read("\rG"), State::malformed);
    EXPECT_EQ(read("SSH-2.0-OpenSSH_9.2p1\r\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nX y\r\n"), State::malformed) << "before the end of the fields";
    EXPECT_EQ(read("PUT / HTTP/1.1\r\n"), State::not_possible);
    // Only some programs accept a line feed alone as the end of a line.
    EXPECT_EQ(read("\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.1\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\n\n"), State::malformed);
    // Can still become a request.
    for (const char* const begin :
         {"", "\r", "\r\n", "\r\n\r", "G", "GET / HTTP/1.1\r", "GET / HTTP/1.1\r\nHost: x\r\n\r"}) {
        EXPECT_EQ(read(begin), State::unfinished) << begin;
    }
}

TEST(HttpRequests, RefusesOtherMethodsAndBodies) {
    EXPECT_EQ(read("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), State::not_possible);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"), State::not_possible);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"), State::not_possible);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), State::complete);
}

TEST(HttpRequests, RefusesRequestsThatAreTooLarge) {
    HttpRequests requests;
    requests.add("GET / HTTP/1.1\r\nX: ");
    requests.add(std::string(HttpRequests::largest, 'x'));
    EXPECT_EQ(requests.next(), State::too_large);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(HttpRequests::largest, 'x') + "\r\n\r\n"),
              State::too_large);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(HttpRequests::largest - 100, 'x') + "\r\n\r\n"),
              State::complete);
}

TEST(HttpRequests, CountsEmptyLinesBeforeARequest) {
    std::string lines;
    for (std::size_t bytes = 0; bytes < HttpRequests::largest - 100; bytes += 2) lines += "\r\n";
    EXPECT_EQ(read(lines + plain), State::complete);
    HttpRequests requests;
    for (int piece = 0; piece < 2; ++piece) {
        requests.add(lines);
        EXPECT_EQ(requests.next(), piece == 0 ? State::unfinished : State::too_large);
    }
}

TEST(HttpRequests, CountsTheBytesOfEachRequestFrom0) {
    HttpRequests requests;
    std::string many;
    while (many.size() < 2 * HttpRequests::largest) many += plain;
    requests.add(many);
    for (std::size_t bytes = 0; bytes < many.size(); bytes += plain.size()) EXPECT_EQ(requests.next(), State::complete);
    EXPECT_EQ(requests.next(), State::unfinished);
}

}  // namespace
}  // namespace workloads
