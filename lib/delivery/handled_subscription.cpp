#include "delivery/handled_subscription.hpp"

namespace serf::delivery {

template class handled_subscription<event, event_handlers>;
template class handled_subscription<log_entry, log_handlers>;
template class handled_subscription<query_reply, query_handlers>;

}  // namespace serf::delivery
