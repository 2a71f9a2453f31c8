import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { roles } from '../../api/queries';
import type { Roles } from '../../api/types';
import { Icon } from '../../ui/Icon';
import { Bones, PageProblem, Segments } from '../../ui/kit';
import { Admin } from './Admin';

type Line = Roles['table'][number];
// "*" is wherever the role is granted, "all" everywhere.
const scopeWord = (scope: string) => ({ '': '', '*': '', all: '', own: 'own', team: 'team’s', teams: 'team’s', site: 'site’s', board: 'board’s', assigned: 'assigned' }[scope] ?? scope);

export default function RolesPage() {
  const query = useQuery(roles);
  const [chosen, choose] = useState('');
  const data = query.data;
  if (!data) return <Admin title="Roles">{query.isError ? <PageProblem error={query.error} /> : <Bones lines={8} />}</Admin>;
  const classes = [...new Set(data.actions.map((one) => one.class))];
  const current = chosen || classes[0] || '';
  const actions = data.actions.filter((one) => one.class === current);
  const find = (role: string, action: string) => data.table.filter((line) => line.role === role && (line.action === action || `${line.class}.${line.action}` === action) && (line.class === current || line.class.startsWith(`${current}:`)));
  return (
    <Admin title="Roles" act={<span className="dim small">policy version <span className="num">{data.version}</span></span>}>
      <div className="stack loose">
        <div className="tiles small-tiles">{data.roles.map((role) => <div key={role.name} className="card pad"><h2>{role.label}</h2><p className="small dim">{role.does}</p></div>)}</div>
        <Segments label="Records" value={current} onChange={choose} options={classes.map((one) => ({ value: one, label: one.replace(/^./, (char) => char.toUpperCase()) }))} />
        <div className="card scroll-x" tabIndex={0} role="region" aria-label="Who may do what">
          <table className="plain-table hover matrix">
            <thead><tr><th scope="col">Action</th>{data.roles.map((role) => <th key={role.name} scope="col">{role.label}</th>)}</tr></thead>
            <tbody>{actions.map((action) => <tr key={action.action}><th scope="row">{action.label.replace(/^[^:]*: /, '')}<div className="mono dim small">{action.action}</div></th>{data.roles.map((role) => <td key={role.name}><Cell lines={find(role.name, action.action)} /></td>)}</tr>)}</tbody>
          </table>
        </div>
      </div>
    </Admin>
  );
}

function Cell({ lines }: { lines: Line[] }) {
  if (lines.length === 0) return <span className="dim" aria-label="no">–</span>;
  if (lines.some((line) => line.effect === 'deny')) return <span className="red small"><Icon name="x" size={14} label="Never" /> never</span>;
  const bands = lines.filter((line) => line.class.includes(':')).map((line) => line.class.split(':')[1]!);
  if (bands.length > 0) return <span className="good small"><Icon name="check" size={14} label="yes" /> {bands.join(', ')}</span>;
  const scopes = [...new Set(lines.map((line) => scopeWord(line.scope)))].filter(Boolean);
  return <span className="good small"><Icon name="check" size={14} label="yes" /> {lines.some((line) => !scopeWord(line.scope)) ? '' : scopes.join(', ')}</span>;
}
