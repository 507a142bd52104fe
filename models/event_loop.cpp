#include "models/event_loop.h"

namespace models {

// Once for all of its pollers.
template class TableModel<Reactor, LoopOperation>;

}  // namespace models
