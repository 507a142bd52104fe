#pragma once

namespace models {

// What a loop resumes: an entry of its table, a coroutine frame or a fiber's stack. The loop only borrows it: it must
// live until it is resumed.
class Continuation {
public:
    virtual void resume() = 0;

protected:
    ~Continuation() = default;
};

}  // namespace models
