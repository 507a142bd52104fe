#pragma once

#include <uv.h>

#include <cstddef>

#include "models/libraries/uv_loop.h"
#include "models/loop/object_pool.h"
#include "tasks/operation.h"

namespace models {

// Operations on files in libuv's way: a thread of the library's pool makes the blocking call (uv_fs_read and its like).
// The pool belongs to the process and not to the loop; it has four threads, or UV_THREADPOOL_SIZE, and starts them at
// the first such operation.
class UvFiles {
public:
    explicit UvFiles(UvLoop& loop) : loop_{loop} {}
    UvFiles(const UvFiles&) = delete;
    UvFiles& operator=(const UvFiles&) = delete;

    // Each sets the result in `request`, and resumes its continuation. The request lives until then, or until the loop
    // is gone. Throws std::runtime_error if the library refuses.
    template <tasks::OnFile Asked>
    void start(const Asked& asked, UvRequest& request) {
        Call& call = calls_.take(*this);
        call.request = &request;
        call.asked = asked;
        call.moved = 0;
        loop_.add_waiting();
        submit(call);
    }

    // Nobody is resumed any more. A call that a thread has begun goes on until the loop has finished closing, and uses
    // its buffer until then.
    void abandon() noexcept;

private:
    struct Call {
        explicit Call(UvFiles& owner) : files{owner} { native.data = this; }
        UvFiles& files;
        UvRequest* request = nullptr;  // null: nobody waits
        tasks::Operation asked = tasks::Yield{};
        std::size_t moved = 0;
        uv_fs_t native{};
    };
    static void on_done(uv_fs_t* native);

    void submit(Call& call);
    int submit(Call& call, const tasks::Read& read);
    int submit(Call& call, const tasks::Write& write);
    int submit(Call& call, const tasks::Sync& sync);
    // True if the operation has ended, with `result`. False: there is a rest to submit.
    [[nodiscard]] static bool has_ended(Call& call, tasks::Result& result);

    UvLoop& loop_;
    ObjectPool<Call> calls_;
};

}  // namespace models
