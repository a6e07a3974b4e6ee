package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxFile bounds what is read as a file of settings, in bytes: one that is larger is some other file.
const maxFile = 1 << 20

var errNotRegular = errors.New("is not a regular file")

// ReadSmall reads a file that a setting names: a regular one of at most a mebibyte, without a byte order mark. Its errors leave
// the path to be said by the caller.
func ReadSmall(path string) ([]byte, error) {
	data, _, err := readSmall(path)
	return data, err
}

// readSmall also tells what the file is like, where it could be opened. It never waits for the writer of a pipe.
func readSmall(path string) ([]byte, os.FileInfo, error) {
	f, err := openNoWait(path)
	if err != nil {
		return nil, nil, plain(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, plain(err)
	}
	if !info.Mode().IsRegular() {
		return nil, info, errNotRegular
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, info, plain(err)
	}
	if len(data) > maxFile {
		return nil, info, fmt.Errorf("is longer than %d KiB", maxFile>>10)
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), info, nil
}

// plain takes operation and path off a file error: the message around it names the file already.
func plain(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
