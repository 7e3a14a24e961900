#include "client/expression_check.hpp"

#include <string_view>
#include <utility>

#include "client/queries.hpp"

namespace serf {
namespace {

// The look at the members; then the query. On the I/O thread.
class expression_check final : public session::call {
 public:
  expression_check(std::weak_ptr<connection> main, session::wish query,
                   std::unique_ptr<session::call> who)
      : main_(std::move(main)), query_(std::move(query)), who_(std::move(who)) {}

  void answered(std::string_view) override {
    if (const auto main = main_.lock()) main->submit(std::move(query_), std::move(who_));
  }

  void failed(failure why, std::string_view) override {
    // The command that was sent is not the one that was asked for.
    const std::string_view asked = protocol::name(protocol::command::members_filtered);
    if (why.message.compare(0, asked.size(), asked) == 0) {
      why.message.replace(0, asked.size(), "query");
    }
    why.command = "query";
    why.sent = sent::no;
    who_->failed(std::move(why), {});
  }

 private:
  const std::weak_ptr<connection> main_;
  session::wish query_;
  std::unique_ptr<session::call> who_;
};

}  // namespace

void send_query(const query_request& what, session::wish query, std::unique_ptr<session::call> who,
                const std::shared_ptr<connection>& main, lane& risky) {
  auto check = queries::expression_check(what);
  if (!check) return main->submit(std::move(query), std::move(who));
  if (query.fail_fast) {
    if (auto why = main->not_open(query)) return who->failed(std::move(*why), {});
  }
  session::wish first;
  first.request = std::move(check);
  first.timeout = query.timeout;
  first.deadline = query.deadline;
  first.hang_up_means = "it cannot compile an expression of the " + to_string(what);
  risky.submit(std::move(first),
               std::make_unique<expression_check>(main, std::move(query), std::move(who)));
}

}  // namespace serf
