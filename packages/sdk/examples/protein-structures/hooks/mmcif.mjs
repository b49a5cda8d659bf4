/** The atoms of an mmCIF file: the `_atom_site` loop, in the plain layout that the Protein Data Bank writes. */

/** @returns {{chain: string, x: number, y: number, z: number}[]} coordinates in Å */
export const atomsOf = (text) => {
  const lines = text.split('\n').map((line) => line.trim())
  const start = lines.findIndex((line) => line.startsWith('_atom_site.'))
  if (start === -1) return []
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('_atom_site.'))
  const names = lines.slice(start, end).map((line) => line.slice('_atom_site.'.length))
  const column = (name) => names.indexOf(name)
  const [chain, x, y, z] = ['label_asym_id', 'Cartn_x', 'Cartn_y', 'Cartn_z'].map(column)
  const rows = lines.slice(end)
  const length = rows.findIndex((line) => !/^(ATOM|HETATM)\s/.test(line))
  return rows
    .slice(0, length === -1 ? rows.length : length)
    .map((line) => line.split(/\s+/))
    .map((values) => ({ chain: values[chain], x: Number(values[x]), y: Number(values[y]), z: Number(values[z]) }))
}
