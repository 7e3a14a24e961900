#include "vocabulary/errors.hpp"

#include "protocol/upwards.hpp"

#include <serf/testing/fake_agent.hpp>
