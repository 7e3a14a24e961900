// Takes the protocol's reference client through all that it can do, and prints a line for each step:
//
//	go_walk RPC_ADDRESS ADDRESS_TO_JOIN ADDRESS_OF_NOBODY
//
// The agent is to be n1 of a cluster of n1 (role=web) and n2 (role=db) that is encrypted with
// firstKey. What is an agent's own affair (addresses, times, the order of what has none) is left
// out, so that two agents can be compared line by line. A step that fails prints its error, and the
// walk goes on where it can; where it waited for something in vain, its status is 1. At the end the
// agent has left.
package main

import (
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"
	"time"

	"github.com/hashicorp/logutils"
	"github.com/hashicorp/serf/client"
)

const (
	firstKey  = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	secondKey = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
	patience  = 10 * time.Second
)

var address = regexp.MustCompile(`[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+(:[0-9]+)?`)

// An agent's words with what differs from one to the other left out; agents of different versions
// write "Failed to join" and "failed to join".
func words(err error) string {
	text := address.ReplaceAllString(err.Error(), "ADDRESS")
	return fmt.Sprintf("%q", strings.Replace(text, "Failed to join", "failed to join", -1))
}

var missed bool

// What should have come did not.
func miss(name string) {
	step(name, fmt.Errorf("nothing came"))
	missed = true
}

func step(name string, err error, result ...interface{}) {
	if err != nil {
		fmt.Printf("%s: error %s\n", name, words(err))
		return
	}
	fmt.Printf("%s: ok", name)
	for _, each := range result {
		fmt.Printf(" %v", each)
	}
	fmt.Println()
}

func connect(rpcAddress string) *client.RPCClient {
	made, err := client.NewRPCClient(rpcAddress)
	if err != nil {
		step("connect", err)
		os.Exit(1)
	}
	return made
}

func pairs(values map[string]string) string {
	var all []string
	for key, value := range values {
		all = append(all, key+"="+value)
	}
	sort.Strings(all)
	return "[" + strings.Join(all, ",") + "]"
}

func describe(members []client.Member) []string {
	var all []string
	for _, m := range members {
		all = append(all, fmt.Sprintf("%s/%s%s/%d-%d-%d/%d-%d-%d/%d-byte-address",
			m.Name, m.Status, pairs(m.Tags), m.ProtocolMin, m.ProtocolCur, m.ProtocolMax,
			m.DelegateMin, m.DelegateCur, m.DelegateMax, len(m.Addr)))
	}
	sort.Strings(all)
	return all
}

func keysOf(values map[string]string) []string {
	var all []string
	for key := range values {
		all = append(all, key)
	}
	sort.Strings(all)
	return all
}

func walkMembers(serf *client.RPCClient, rpcAddress string) {
	members, err := serf.Members()
	step("members", err, describe(members))
	for _, filter := range []struct {
		tags         map[string]string
		status, name string
	}{
		{nil, "", "n1"},
		{nil, "alive", "n"},
		{map[string]string{"role": "w.*"}, "", ""},
		{map[string]string{"role": "zzz"}, "alive", ""},
		{nil, "failed", ""},
	} {
		members, err = serf.MembersFiltered(filter.tags, filter.status, filter.name)
		step(fmt.Sprintf("members-filtered %v", filter), err, describe(members))
	}
	risky := connect(rpcAddress) // the agent hangs up
	defer risky.Close()
	_, err = risky.MembersFiltered(nil, "", "(")
	step("members-filtered (", err)
	step("members after that", second(risky.Members()))
}

func second(_ []client.Member, err error) error { return err }

func walkCommands(serf *client.RPCClient, toJoin, nobody string) {
	for _, addresses := range [][]string{{toJoin}, {toJoin, nobody}, {nobody}, {}} {
		count, err := serf.Join(addresses, false)
		step(fmt.Sprintf("join of %d", len(addresses)), err, count)
	}
	step("event", serf.UserEvent("deploy", []byte("v1"), true))
	step("event without payload", serf.UserEvent("deploy", nil, false))
	step("event too large", serf.UserEvent("deploy", make([]byte, 600), false))
	step("event too large when encoded", serf.UserEvent("deploy", make([]byte, 495), false))

	step("tags", serf.UpdateTags(map[string]string{"dc": "east", "role": "lb"}, []string{"nosuch"}))
	step("tags too large",
		serf.UpdateTags(map[string]string{"big": strings.Repeat("x", 600)}, nil))
	members, err := serf.MembersFiltered(nil, "", "n1")
	step("members with new tags", err, describe(members))
	step("tags again", serf.UpdateTags(map[string]string{"role": "web"}, []string{"dc"}))

	stats, err := serf.Stats()
	var sections []string
	for section, values := range stats {
		sections = append(sections, fmt.Sprintf("%s%v", section, keysOf(values)))
	}
	sort.Strings(sections)
	step("stats", err, sections, stats["agent"]["name"], stats["serf"]["members"],
		stats["serf"]["failed"], stats["serf"]["encrypted"], stats["tags"]["role"])

	for _, node := range []string{"n1", "nosuch", ""} {
		coordinate, err := serf.GetCoordinate(node)
		if coordinate == nil {
			step("get-coordinate of "+node, err, "none")
		} else {
			step("get-coordinate of "+node, err, len(coordinate.Vec), coordinate.Height > 0,
				coordinate.IsValid())
		}
	}
	step("force-leave", serf.ForceLeave("nosuch"))
	step("force-leave -prune", serf.ForceLeavePrune("nosuch"))
	step("respond to nothing", serf.Respond(12345, []byte("42")))
	step("stop of nothing", serf.Stop(client.StreamHandle(12345)))
}

func walkKeys(serf *client.RPCClient) {
	list := func() {
		keys, nodes, messages, err := serf.ListKeys()
		step("list-keys", err, keys[firstKey], keys[secondKey], nodes, pairs(messages))
	}
	change := func(name string, call func(string) (map[string]string, error), key string) {
		messages, err := call(key)
		step(name, err, pairs(messages))
		if err != nil {
			fmt.Printf("%s: the nodes say %s\n", name, pairs(messages))
		}
	}
	list()
	change("use-key not installed", serf.UseKey, secondKey)
	change("install-key", serf.InstallKey, secondKey)
	change("install-key again", serf.InstallKey, secondKey)
	list()
	change("use-key", serf.UseKey, secondKey)
	change("remove-key in use", serf.RemoveKey, secondKey)
	change("remove-key", serf.RemoveKey, firstKey)
	list()
	change("install-key malformed", serf.InstallKey, "abc!")
	change("install-key too short", serf.InstallKey, "c2hvcnQ=")
}

// Text of the fields of an event, but for those that an agent counts.
func fields(event map[string]interface{}) []string {
	var all []string
	for key, value := range event {
		switch key {
		case "LTime":
			value = value.(int64) >= 0
		case "Payload":
			value = fmt.Sprintf("%s", value)
		}
		all = append(all, fmt.Sprintf("%s=%v", key, value))
	}
	sort.Strings(all)
	return all
}

func nextEvent(name string, events chan map[string]interface{}) map[string]interface{} {
	select {
	case event := <-events:
		step(name, nil, fields(event))
		return event
	case <-time.After(patience):
		miss(name)
		return nil
	}
}

func walkStreams(serf *client.RPCClient, rpcAddress string) {
	events := make(chan map[string]interface{}, 64)
	handle, err := serf.Stream("user:walk,query:walk", events)
	step("stream", err)
	_, err = serf.Stats() // behind it the stream has been taken up
	step("stats behind it", err)
	step("event to others", serf.UserEvent("other", nil, false))
	step("event to it", serf.UserEvent("walk", []byte("payload"), false))
	nextEvent("event of the stream", events)
	_, err = serf.Stream("nosuch", make(chan map[string]interface{}, 1))
	step("stream of an unknown kind", err)

	asker := connect(rpcAddress)
	defer asker.Close()
	acks, responses := make(chan string, 64), make(chan client.NodeResponse, 64)
	step("query", asker.Query(&client.QueryParam{
		Name: "walk", Payload: []byte("?"), RequestAck: true, Timeout: 2 * time.Second,
		AckCh: acks, RespCh: responses}))
	if query := nextEvent("query of the stream", events); query != nil {
		id := uint64(query["ID"].(int64))
		step("respond too large", serf.Respond(id, make([]byte, 1100)))
		step("respond", serf.Respond(id, []byte("42")))
		step("respond again", serf.Respond(id, []byte("43")))
	}
	var who, what []string
	for from := range acks { // closed when the agent says done
		who = append(who, from)
	}
	for response := range responses {
		what = append(what, fmt.Sprintf("%s:%s", response.From, response.Payload))
	}
	sort.Strings(who)
	step("acks", nil, who)
	step("responses", nil, what)
	step("query too large", asker.Query(&client.QueryParam{Name: "q", Payload: make([]byte, 1100)}))
	step("query with a reserved name", asker.Query(&client.QueryParam{Name: "_serf_walk"}))
	step("stop", serf.Stop(handle))
	step("event to nobody", serf.UserEvent("walk", nil, false))
	step("members as before", second(serf.Members()))
}

var logLine = regexp.MustCompile(
	`^\d{4}/\d{2}/\d{2} \d{2}:\d{2}:\d{2} \[INFO\] agent\.ipc: Accepted client: ADDRESS$`)

// On a connection of its own: the client loses step where lines come behind a stop.
func walkMonitor(rpcAddress string) {
	serf := connect(rpcAddress)
	defer serf.Close()
	lines := make(chan string, 4096)
	_, err := serf.Monitor(logutils.LogLevel("nosuch"), lines)
	step("monitor of an unknown level", err)
	lines = make(chan string, 4096)
	_, err = serf.Monitor(logutils.LogLevel("INFO"), lines)
	step("monitor", err)
	deadline := time.After(patience)
	for {
		select {
		case line := <-lines:
			if logLine.MatchString(address.ReplaceAllString(line, "ADDRESS")) {
				step("monitor notes who connects", nil)
				return
			}
		case <-deadline:
			miss("monitor notes who connects")
			return
		}
	}
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: go_walk RPC_ADDRESS ADDRESS_TO_JOIN ADDRESS_OF_NOBODY")
		os.Exit(2)
	}
	rpcAddress, toJoin, nobody := os.Args[1], os.Args[2], os.Args[3]

	_, err := client.ClientFromConfig(&client.Config{Addr: rpcAddress, AuthKey: "no-key-is-wanted"})
	step("connect with a key", err)
	serf := connect(rpcAddress)
	step("connect", nil, !serf.IsClosed())
	walkMembers(serf, rpcAddress)
	walkCommands(serf, toJoin, nobody)
	walkKeys(serf)
	walkStreams(serf, rpcAddress)
	walkMonitor(rpcAddress)

	// Where the reply and the end come together, the client may see the end first.
	err = serf.Leave()
	if err != nil && err.Error() == "client closed" {
		err = nil
	}
	step("leave", err)
	for deadline := time.Now().Add(patience); !serf.IsClosed() && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	step("closed by the agent", nil, serf.IsClosed())
	step("members of nobody", second(serf.Members()))
	if missed {
		os.Exit(1)
	}
}
