// Writes the amino sign documents of the Cosmos SDK for transactions given as hex, one answer a line.
package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	_ "cosmossdk.io/api/amino"
	_ "cosmossdk.io/api/cosmos/msg/v1"
	_ "github.com/cosmos/cosmos-proto"
	_ "github.com/cosmos/gogoproto/gogoproto"

	txv1beta1 "cosmossdk.io/api/cosmos/tx/v1beta1"
	"cosmossdk.io/x/tx/signing"
	"cosmossdk.io/x/tx/signing/aminojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

type question struct {
	Tx            string `json:"tx"`
	ChainID       string `json:"chainId"`
	AccountNumber uint64 `json:"accountNumber"`
	Sequence      uint64 `json:"sequence"`
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// main reads the image of the descriptors named by its argument, and questions from its input.
func main() {
	image, err := os.ReadFile(os.Args[1])
	must(err)
	set := &descriptorpb.FileDescriptorSet{}
	must(proto.Unmarshal(image, set))
	files, err := protodesc.NewFiles(set)
	must(err)
	handler := aminojson.NewSignModeHandler(aminojson.SignModeHandlerOptions{
		FileResolver: files,
		TypeResolver: dynamicpb.NewTypes(files),
	})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		asked := question{}
		must(json.Unmarshal(lines.Bytes(), &asked))
		bytes, err := hex.DecodeString(asked.Tx)
		must(err)
		raw, body, auth := &txv1beta1.TxRaw{}, &txv1beta1.TxBody{}, &txv1beta1.AuthInfo{}
		must(proto.Unmarshal(bytes, raw))
		must(proto.Unmarshal(raw.BodyBytes, body))
		must(proto.Unmarshal(raw.AuthInfoBytes, auth))
		doc, err := handler.GetSignBytes(context.Background(),
			signing.SignerData{Address: "any", ChainID: asked.ChainID, AccountNumber: asked.AccountNumber, Sequence: asked.Sequence},
			signing.TxData{Body: body, AuthInfo: auth, BodyBytes: raw.BodyBytes, AuthInfoBytes: raw.AuthInfoBytes})
		if err != nil {
			fmt.Printf("error: %v\n", err)
			continue
		}
		fmt.Println(string(doc))
	}
	must(lines.Err())
}
