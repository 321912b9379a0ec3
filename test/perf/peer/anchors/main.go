// Command anchors times what the Go chain is made of: its tree (cosmos/iavl on goleveldb) and its verifier (dcrec).
//
//	anchors tree DIR KEYS UPDATES ROUNDS   a line when the tree stands; then, for each line that it reads, a round of
//	                                       UPDATES updates and the root: "<ms> <root>"
//	anchors verify COUNT ROUNDS            one line "<verifications per second>" per round
//
// Keys and values follow from their number alone, so that another program can build the same tree.
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"time"

	"cosmossdk.io/log"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/iavl"
	idb "github.com/cosmos/iavl/db"
	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"
)

func number(i int) int {
	n, err := strconv.Atoi(os.Args[i])
	check(err)
	return n
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func digest(kind string, i uint64) [32]byte {
	bytes := append([]byte(kind), binary.BigEndian.AppendUint64(nil, i)...)
	return sha256.Sum256(bytes)
}

// value gives 100 bytes: a digest three times and four bytes more.
func value(i uint64) []byte {
	d := digest("value", i)
	out := append(append(append([]byte{}, d[:]...), d[:]...), d[:]...)
	return append(out, d[:4]...)
}

func tree() {
	keys, updates, rounds := number(3), number(4), number(5)
	db, err := dbm.NewGoLevelDB("anchor", os.Args[2], nil)
	check(err)
	t := iavl.NewMutableTree(idb.NewWrapper(db), 781_250, false, log.NewNopLogger())
	for i := 0; i < keys; i++ {
		k := digest("key", uint64(i))
		_, err := t.Set(k[:], value(uint64(i)))
		check(err)
		if i%50_000 == 49_999 || i == keys-1 {
			_, _, err := t.SaveVersion()
			check(err)
		}
	}
	next := uint64(0)
	fmt.Println("ready")
	turns := bufio.NewScanner(os.Stdin)
	for r := 0; r < rounds && turns.Scan(); r++ {
		var picked, values [][]byte
		for u := 0; u < updates; u++ {
			pick := digest("pick", next)
			k := digest("key", binary.BigEndian.Uint64(pick[:8])%uint64(keys))
			picked, values = append(picked, k[:]), append(values, value(uint64(keys)+next))
			next++
		}
		began := time.Now()
		for u, k := range picked {
			_, err := t.Set(k, values[u])
			check(err)
		}
		root, _, err := t.SaveVersion()
		check(err)
		fmt.Printf("%.3f %s\n", float64(time.Since(began).Microseconds())/1000, hex.EncodeToString(root))
	}
}

func verify() {
	count, rounds := number(2), number(3)
	type signed struct {
		key *secp256k1.PublicKey
		sig *ecdsa.Signature
		d   [32]byte
	}
	all := make([]signed, 256)
	for i := range all {
		secret := digest("secret", uint64(i))
		private := secp256k1.PrivKeyFromBytes(secret[:])
		d := digest("message", uint64(i))
		all[i] = signed{private.PubKey(), ecdsa.Sign(private, d[:]), d}
	}
	for r := 0; r < rounds; r++ {
		began := time.Now()
		for i := 0; i < count; i++ {
			one := all[i%len(all)]
			if !one.sig.Verify(one.d[:], one.key) {
				check(fmt.Errorf("expected a good signature"))
			}
		}
		fmt.Printf("%.1f\n", float64(count)/time.Since(began).Seconds())
	}
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "tree" {
		tree()
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "verify" {
		verify()
		return
	}
	fmt.Fprintln(os.Stderr, "anchors tree DIR KEYS UPDATES ROUNDS | anchors verify COUNT ROUNDS")
	os.Exit(64)
}
