// The model of the CMDB: classes with their attributes, and relations. Read by everybody; administrators edit a copy, see in a rehearsal what would
// change and what would break, and save it with a note.
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { asProblem } from '../../../api/client';
import { attributesOf, classPath, cmdbModel, type CiAttribute, type CiClass, type CiModel } from '../../../api/cmdb';
import { rehearseModel, type Rehearsal } from '../../../api/sources';
import { may, useMe } from '../../../app/session';
import { toast } from '../../../app/toasts';
import { Bones, Button, IconButton, Notice, PageProblem, Segments } from '../../../ui/kit';
import { CmdbPage } from '../Frame';
import { ClassTree } from '../list/ClassTree';
import { AttributeDialog, ClassDialog, RelationDialog } from './dialogs';
import { addClass, bodyOf, draftFrom, dropClass, same, withAttribute, withClass, withRelation, type Draft } from './draft';
import { SaveModel } from './SaveModel';
import { saveAs, Versions } from './Versions';

type Asked = { what: 'class'; item?: CiClass } | { what: 'attribute'; at: number } | { what: 'relation'; at: number } | { what: 'save'; rehearsal: Rehearsal } | null;

export default function ModelPage() {
  const query = useQuery(cmdbModel);
  if (query.isPending) return <CmdbPage title="Model"><Bones lines={8} /></CmdbPage>;
  if (query.isError) return <CmdbPage title="Model"><PageProblem error={query.error} again={() => { void query.refetch(); }} /></CmdbPage>;
  return <Editor key={query.data.version} model={query.data} />;
}

function Editor({ model }: { model: CiModel }) {
  const mayEdit = may(useMe(), 'cmdb.model');
  const [draft, edit] = useState<Draft>(model);
  const [tab, choose] = useState<'classes' | 'relations' | 'versions'>('classes');
  const [key, pick] = useState<string | undefined>(model.classes.find((one) => !one.abstract)?.key);
  const [asked, ask] = useState<Asked>(null);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string[]>([]);
  const file = useRef<HTMLInputElement>(null);
  const whole: CiModel = { ...model, ...draft };
  const changed = !same(model, draft);
  const chosen = draft.classes.find((one) => one.key === key);
  const set = (next: Draft) => { edit(next); setWrong([]); };

  const rehearse = async () => {
    setBusy(true);
    setWrong([]);
    try { ask({ what: 'save', rehearsal: await rehearseModel(bodyOf(draft)) }); }
    catch (error) { const problem = asProblem(error); setWrong(problem.errors.length ? problem.errors.map((one) => one.message) : [problem.detail]); }
    finally { setBusy(false); }
  };
  const download = () => saveAs(bodyOf(draft), model.version);
  const upload = async (chosenFile: File | undefined) => {
    if (!chosenFile) return;
    try { set(draftFrom(await chosenFile.text())); toast(`${chosenFile.name} was read. Rehearse it to see what it would change.`); }
    catch (error) { setWrong([asProblem(error).detail]); }
  };

  return (
    <CmdbPage title="Model" act={<div className="row wraps no-print">
      <span className="dim small num">version {model.version}</span>
      <Button icon="download" look="quiet" onClick={download}>Export</Button>
      {mayEdit && <><input ref={file} type="file" accept="application/json,.json" hidden onChange={(event) => { void upload(event.target.files?.[0]); event.target.value = ''; }} /><Button icon="file" look="quiet" onClick={() => file.current?.click()}>Import</Button></>}
    </div>}>
      {changed && <Notice look="wait" icon="edit" act={<div className="row"><Button look="link" onClick={() => set(model)}>Leave it as it was</Button><Button look="primary" busy={busy} onClick={() => { void rehearse(); }}>Rehearse</Button></div>}>You changed the model here. Nobody sees it until it is saved.</Notice>}
      {wrong.length > 0 && <Notice look="bad" icon="alert">The model contradicts itself:<ul>{wrong.map((one) => <li key={one}>{one}</li>)}</ul></Notice>}
      <div className="impact-tools"><Segments label="Part" value={tab} onChange={choose} options={[{ value: 'classes', label: `Classes (${draft.classes.length})` }, { value: 'relations', label: `Relations (${draft.relations.length})` }, { value: 'versions', label: 'Versions' }]} /></div>
      {tab === 'versions' ? <Versions inUse={model.version} /> : tab === 'classes' ? (
        <div className="model-body">
          <nav className="card model-tree" aria-label="Classes">{mayEdit && <Button icon="plus" look="quiet" onClick={() => ask({ what: 'class' })}>Add a class</Button>}<ClassTree model={whole} chosen={key} onChoose={pick} all={false} /></nav>
          {chosen && <ClassCard model={whole} item={chosen} mayEdit={mayEdit} onEdit={() => ask({ what: 'class', item: chosen })} onDrop={() => { set(dropClass(draft, chosen.key)); pick(undefined); }} onAttribute={(at) => ask({ what: 'attribute', at })} onDropAttribute={(at) => set(withAttribute(draft, chosen.key, at, null))} />}
        </div>
      ) : (
        <section className="card scroll-x" tabIndex={0} role="region" aria-label="Relations">
          <table className="plain-table as-cards">
            <thead><tr><th scope="col">From the first</th><th scope="col">And back</th><th scope="col">A failure spreads</th><th scope="col">What it is for</th>{mayEdit && <th scope="col"><span className="hidden-label">Act</span></th>}</tr></thead>
            <tbody>{draft.relations.map((one, at) => (
              <tr key={one.key}><td><strong>{one.label}</strong> <code className="mono dim">{one.key}</code></td><td>{one.inverse}</td><td>{one.forth && one.back ? 'both ways' : one.forth ? 'to the second' : one.back ? 'to the first' : 'not at all'}{one.acyclic ? <span className="dim small block">forms no loops</span> : null}</td><td className="dim">{one.hint ?? '–'}</td>
                {mayEdit && <td className="nowrap"><IconButton icon="edit" label={`Edit ${one.label}`} small onClick={() => ask({ what: 'relation', at })} /><IconButton icon="x" label={`Remove ${one.label}`} small onClick={() => set(withRelation(draft, at, null))} /></td>}</tr>
            ))}</tbody>
          </table>
          {mayEdit && <div className="inside"><Button icon="plus" onClick={() => ask({ what: 'relation', at: draft.relations.length })}>Add a relation</Button></div>}
        </section>
      )}
      {asked?.what === 'class' && <ClassDialog model={whole} item={asked.item} onClose={() => ask(null)} onSave={(item) => { set(asked.item ? withClass(draft, asked.item.key, item) : addClass(draft, item)); pick(item.key); ask(null); }} />}
      {asked?.what === 'attribute' && chosen && <AttributeDialog model={whole} attribute={chosen.attributes[asked.at]} onClose={() => ask(null)} onSave={(next) => { set(withAttribute(draft, chosen.key, asked.at, next)); ask(null); }} />}
      {asked?.what === 'relation' && <RelationDialog relation={draft.relations[asked.at]} onClose={() => ask(null)} onSave={(next) => { set(withRelation(draft, asked.at, next)); ask(null); }} />}
      {asked?.what === 'save' && <SaveModel version={model.version} body={bodyOf(draft)} rehearsal={asked.rehearsal} onClose={() => ask(null)} />}
    </CmdbPage>
  );
}

function ClassCard({ model, item, mayEdit, onEdit, onDrop, onAttribute, onDropAttribute }: { model: CiModel; item: CiClass; mayEdit: boolean; onEdit: () => void; onDrop: () => void; onAttribute: (at: number) => void; onDropAttribute: (at: number) => void }) {
  const above = classPath(model, item.key).slice(1);
  const inherited = item.parent ? attributesOf(model, item.parent) : [];
  const row = (at: CiAttribute, index?: number) => (
    <tr key={at.key}><td><strong>{at.label}</strong> <code className="mono dim">{at.key}</code>{at.wanted && <span className="tag"> wanted</span>}</td><td>{at.kind}{at.unit ? ` (${at.unit})` : ''}{at.options.length ? <span className="dim small block">{at.options.join(', ')}</span> : null}{at.class ? <span className="dim small block">to {model.classes.find((one) => one.key === at.class)?.label ?? at.class}</span> : null}</td><td className="dim">{index === undefined ? 'from above' : at.hint ?? ''}</td>
      {mayEdit && <td className="nowrap">{index !== undefined && <><IconButton icon="edit" label={`Edit ${at.label}`} small onClick={() => onAttribute(index)} /><IconButton icon="x" label={`Remove ${at.label}`} small onClick={() => onDropAttribute(index)} /></>}</td>}</tr>
  );
  return (
    <section className="card grow" aria-label={item.label}>
      <header><h2 className="grow">{item.label} <code className="mono dim">{item.key}</code></h2>{mayEdit && <><Button look="quiet" icon="edit" onClick={onEdit}>Edit</Button><IconButton icon="x" label={`Remove the class ${item.label}`} onClick={onDrop} /></>}</header>
      <div className="inside stack">
        <p className="dim">{item.hint ?? ''}{above.length > 0 ? ` Below ${above.map((one) => one.label).join(', ')}.` : ''}{item.abstract ? ' No item is of this class itself.' : ''}</p>
        <div className="scroll-x" tabIndex={0} role="region" aria-label={`Attributes of ${item.label}`}>
          <table className="plain-table as-cards"><thead><tr><th scope="col">Attribute</th><th scope="col">Kind</th><th scope="col">Hint</th>{mayEdit && <th scope="col"><span className="hidden-label">Act</span></th>}</tr></thead>
            <tbody>{inherited.map((at) => row(at))}{item.attributes.map((at, i) => row(at, i))}{inherited.length + item.attributes.length === 0 && <tr><td colSpan={4} className="dim">Only what every item has.</td></tr>}</tbody></table>
        </div>
        {mayEdit && <div className="row"><Button icon="plus" onClick={() => onAttribute(item.attributes.length)}>Add an attribute</Button></div>}
      </div>
    </section>
  );
}
