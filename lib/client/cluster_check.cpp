#include "client/cluster_check.hpp"

#include <memory>
#include <utility>
#include <vector>

#include <serf/member.hpp>

#include "protocol/decode.hpp"
#include "protocol/request.hpp"

namespace serf {

using namespace std::chrono_literals;

// Whatever goes wrong with it, there is then nothing to compare.
class cluster_check::question final : public session::call {
 public:
  question(cluster_check& owner, std::string where, warning warn)
      : owner_(owner), where_(std::move(where)), warn_(std::move(warn)) {}

  void answered(std::string_view body) override {
    std::vector<member> members;
    if (protocol::decode_members(body, members)) return;
    std::set<std::string> names;
    for (const member& each : members) {
      names.insert(each.name + " " + each.address + ":" + std::to_string(each.port));
    }
    owner_.compare(std::move(names), where_, warn_);
  }
  void failed(failure, std::string_view) override {}

 private:
  cluster_check& owner_;
  const std::string where_;
  const warning warn_;
};

void cluster_check::look(connection& main, const std::string& where, warning warn) {
  session::wish what;
  what.request = protocol::members({});
  what.timeout = 10s;
  what.deadline = session::after(std::chrono::steady_clock::now(), what.timeout);
  what.only_on = main.losses();
  main.submit(std::move(what), std::make_unique<question>(*this, where, std::move(warn)));
}

void cluster_check::compare(std::set<std::string> members, const std::string& where,
                            const warning& warn) {
  bool shares = known_.empty();
  for (const std::string& each : members) shares = shares || known_.count(each) != 0;
  if (!shares) {
    warn("the Serf agent at " + where + " knows no member of the cluster that the one at " +
         known_from_ + " is in: it is of another cluster");
  }
  known_ = std::move(members);
  known_from_ = where;
}

}  // namespace serf
