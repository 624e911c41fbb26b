export interface ShippedPackage {
  name: string
  version: string
  license: string | null
  folder: string
  texts: string[]
}
export function shippedPackages(root: string): ShippedPackage[]
export function writeLicences(root: string, out: string): void
