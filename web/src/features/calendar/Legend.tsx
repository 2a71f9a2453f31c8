import { riskWord } from '../../api/words';
import { Icon } from '../../ui/Icon';
import { stateWords, type Colour } from './words';

export function Legend({ colour }: { colour: Colour }) {
  const words = colour === 'risk' ? Object.entries(riskWord).map(([key, word]) => [`risk-${key}`, word] as const) : Object.entries(stateWords).map(([key, word]) => [`state-${key}`, word] as const);
  return (
    <ul className="list legend small" aria-label="What the colours mean">
      {words.map(([look, word]) => <li key={look}><i className={`swatch ${look}`} />{word}</li>)}
      <li><i className="swatch clashes"><Icon name="alert" size={11} /></i>Hard conflict</li>
      <li><i className="swatch band freeze" />Freeze</li>
      <li><i className="swatch band window" />Maintenance window</li>
    </ul>
  );
}
