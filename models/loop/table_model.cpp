#include "models/loop/table_model.h"

namespace models {

// Once for all of its pollers.
template class TableModel<Reactor, LoopOperation>;

}  // namespace models
