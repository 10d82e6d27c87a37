/** A tree whose provider is made when the tree is first seen. */
import { EventEmitter, type TreeDataProvider, type TreeItem } from 'vscode';

export function lazyTree<T extends TreeItem>(make: () => Promise<TreeDataProvider<T>>): TreeDataProvider<T> {
  const changed = new EventEmitter<T | T[] | undefined | null | void>();
  let making: Promise<TreeDataProvider<T>> | undefined;
  const provider = (): Promise<TreeDataProvider<T>> => {
    making ??= make().then((made) => {
      made.onDidChangeTreeData?.((item) => changed.fire(item));
      return made;
    });
    return making;
  };
  return {
    onDidChangeTreeData: changed.event,
    getTreeItem: (item) => item,
    getChildren: async (parent) => (await provider()).getChildren(parent),
    resolveTreeItem: async (item, element, token) => (await provider()).resolveTreeItem?.(item, element, token) ?? item,
  };
}
