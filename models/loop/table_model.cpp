#include "models/loop/table_model.h"

namespace models {

// Compiled once for all pollers.
template class TableModel<Reactor, LoopOperation>;

}  // namespace models
