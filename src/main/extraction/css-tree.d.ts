/** Its parts, which load none of the tables of the whole; their types are those of the whole. */
declare module 'css-tree/parser' {
  export { parse as default } from 'css-tree'
}
declare module 'css-tree/generator' {
  export { generate as default } from 'css-tree'
}
declare module 'css-tree/walker' {
  export { walk as default } from 'css-tree'
}
declare module 'css-tree/utils' {
  export const ident: { decode(text: string): string; encode(text: string): string }
}
