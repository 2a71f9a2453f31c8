// A button for what cannot be taken back: the first click says what follows, the second does it.
import { useState } from 'react';
import { Button } from '../../ui/kit';

export function Sure({ children, then, onSure }: { children: string; then: string; onSure: () => void }) {
  const [asked, ask] = useState(false);
  return asked ? <span className="row wraps"><span className="small wrap">{then}</span><Button look="danger" onClick={onSure}>{children}</Button><Button look="quiet" onClick={() => ask(false)}>Keep it</Button></span> : <Button look="danger" onClick={() => ask(true)}>{`${children}…`}</Button>;
}
