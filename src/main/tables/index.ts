export {
  readAddress,
  readTableAddress,
  tableAddress,
  IDENTITY_DIGITS,
  TABLE_SCHEME,
} from './address.ts'
export type { CellAddress } from './address.ts'
export { findTables } from './find.ts'
export type { TableInput } from './find.ts'
export { HEAVY, MOST_COLUMNS, MOST_SCORES } from './limits.ts'
export { SHARD_KEY, pictureRoots, shardOf, tableName } from './places.ts'
export { openNpy } from './npy.ts'
export type { NpyFile } from './npy.ts'
export { describeTable, openTable, recogniseTable, toNumber } from './recognise.ts'
export type { TableInfo } from './recognise.ts'
export { layoutOf, recogniseColumns } from './roles.ts'
export type { RecognisedColumn, RoleOverride, TableLayout } from './roles.ts'
export { COLUMN_ROLES, TABLE_FORMATS } from './types.ts'
export type { Cell, ColumnRole, OpenTable, RowBatch, RowFailure, TableFormat } from './types.ts'
export { memberOfTar } from './tar-members.ts'
export { SCORE_UNITS, checkUnit, toCosine } from './units.ts'
export type { ScoreRange, ScoreUnit } from './units.ts'
