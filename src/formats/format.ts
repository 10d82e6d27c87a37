/** What a file format is to the rest: a way to recognise its files and to read them as a Graph. One file per format; read-model.ts lists them. */
import type { Graph } from '../graph/graph.ts';

/** A model file that has been read, and the way to the files that belong to it. */
export interface ModelFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /**
   * Reads a part of a file in the model's folder or below it.
   * @param offset in bytes; default 0
   * @param length in bytes; default: to the end of the file
   * @throws FoveaError `external-data-outside-folder`, `external-data-missing`, `git-lfs-pointer`
   */
  readBeside(relativePath: string, offset?: number, length?: number): Promise<Uint8Array>;
}

export interface FormatReader {
  /** Stable short name, e.g. "onnx". */
  readonly id: string;
  /** For people. */
  readonly title: string;
  /** With the dot, lower case. */
  readonly extensions: readonly string[];
  /** @param head the first bytes of the file, at most `headLength`; @param name its base name */
  sniff(head: Uint8Array, name: string): boolean;
  /** @throws FoveaError `model-corrupt`, `model-unsuitable`, `model-too-large`, `graph-invalid`, `operator-unsupported`; what `readBeside` throws */
  read(file: ModelFile): Promise<Graph>;
}

/** Bytes that are enough to recognise a format. */
export const headLength = 4096;
