#pragma once

#include <type_traits>
#include <utility>

#include <serf/coded.hpp>
#include <serf/handlers.hpp>

namespace serf {

namespace coding {

// A handler of plain records that gives them, decoded, to one of coded ones.
template <class Plain, class Coded, class Codec>
record_handler<Plain> decoding(const shared<Codec>& codec, record_handler<Coded> coded) {
  if (!coded) return {};
  return [codec, coded = std::move(coded)](const Plain& what, subscription_ref self) mutable {
    coded(coding::decode(codec, what), self);
  };
}

}  // namespace coding

// As of event_handlers, for decoded events. One callable that takes a coded_event, or one kind of
// them, is enough. (None that takes an event: only part of what comes could be given to it.)
template <class Codec>
class coded_event_handlers : public subscription_handlers<coded_event_handlers<Codec>> {
 public:
  using all = coded_event<Codec>;
  using user = coded_user_event<typename Codec::value_type>;
  using query = coded_query_event<Codec>;

  explicit coded_event_handlers() = default;
  template <class F, class D = std::decay_t<F>,
            class = std::enable_if_t<!std::is_base_of_v<coded_event_handlers, D> &&
                                     (record_handler<all>::template takes<D> ||
                                      (!record_handler<event>::takes<D> &&
                                       (record_handler<member_event>::takes<D> ||
                                        record_handler<user>::template takes<D> ||
                                        record_handler<query>::template takes<D>)))>>
  coded_event_handlers(F&& one) {
    if constexpr (record_handler<all>::template takes<D>) {
      event_ = std::forward<F>(one);
    } else if constexpr (record_handler<member_event>::takes<D>) {
      member_ = std::forward<F>(one);
    } else if constexpr (record_handler<user>::template takes<D>) {
      user_ = std::forward<F>(one);
    } else {
      query_ = std::forward<F>(one);
    }
  }

  coded_event_handlers&& on_event(record_handler<all> f) {
    return event_ = std::move(f), std::move(*this);
  }
  coded_event_handlers&& on_member(record_handler<member_event> f) {
    return member_ = std::move(f), std::move(*this);
  }
  coded_event_handlers&& on_user(record_handler<user> f) {
    return user_ = std::move(f), std::move(*this);
  }
  coded_event_handlers&& on_query(record_handler<query> f) {
    return query_ = std::move(f), std::move(*this);
  }
  coded_event_handlers&& on_unknown(record_handler<unknown_event> f) {
    return unknown_ = std::move(f), std::move(*this);
  }

  // The same for plain events: what they are given is decoded where they run.
  event_handlers plain(const coding::shared<Codec>& codec) && {
    event_handlers made;
    made.on_start(std::move(this->start()));
    made.on_gap(std::move(this->gap_handler()));
    made.on_end(std::move(this->end()));
    made.on_event(coding::decoding<event>(codec, std::move(event_)));
    made.on_member(std::move(member_));
    made.on_user(coding::decoding<user_event>(codec, std::move(user_)));
    made.on_query(coding::decoding<query_event>(codec, std::move(query_)));
    made.on_unknown(std::move(unknown_));
    return made;
  }

 private:
  record_handler<all> event_;
  record_handler<member_event> member_;
  record_handler<user> user_;
  record_handler<query> query_;
  record_handler<unknown_event> unknown_;
};

// Likewise for what comes of a query.
template <class Codec>
class coded_query_handlers : public subscription_handlers<coded_query_handlers<Codec>> {
 public:
  using reply = coded_query_reply<Codec>;
  using response = coded_query_response<typename Codec::value_type>;

  explicit coded_query_handlers() = default;
  template <class F, class D = std::decay_t<F>,
            class = std::enable_if_t<!std::is_base_of_v<coded_query_handlers, D> &&
                                     (record_handler<reply>::template takes<D> ||
                                      (!record_handler<query_reply>::takes<D> &&
                                       record_handler<response>::template takes<D>))>>
  coded_query_handlers(F&& one) {
    if constexpr (record_handler<reply>::template takes<D>) {
      reply_ = std::forward<F>(one);
    } else {
      response_ = std::forward<F>(one);
    }
  }

  coded_query_handlers&& on_reply(record_handler<reply> f) {
    return reply_ = std::move(f), std::move(*this);
  }
  coded_query_handlers&& on_ack(record_handler<query_ack> f) {
    return ack_ = std::move(f), std::move(*this);
  }
  coded_query_handlers&& on_response(record_handler<response> f) {
    return response_ = std::move(f), std::move(*this);
  }

  query_handlers plain(const coding::shared<Codec>& codec) && {
    query_handlers made;
    made.on_start(std::move(this->start()));
    made.on_gap(std::move(this->gap_handler()));
    made.on_end(std::move(this->end()));
    made.on_reply(coding::decoding<query_reply>(codec, std::move(reply_)));
    made.on_ack(std::move(ack_));
    made.on_response(coding::decoding<query_response>(codec, std::move(response_)));
    return made;
  }

 private:
  record_handler<reply> reply_;
  record_handler<query_ack> ack_;
  record_handler<response> response_;
};

}  // namespace serf
