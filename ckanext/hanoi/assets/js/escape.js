/* CKAN's lists with a search (its module autocomplete) put a choice into the page as HTML: the
 * function that should escape it gets an object for a text and lets it pass (CKAN 2.12,
 * templateResult). Here the choice is a text, whatever stands in it. */
(function (ckan, jQuery) {
  'use strict';

  var list = ckan.module.registry.autocomplete;
  if (!list) {
    return;
  }

  list.prototype.templateResult = function (state, container) {
    if (state.loading) {
      return state.text;
    }
    if (container && state.id) {
      jQuery(container).attr('data-value', state.id);
    }
    var shown = jQuery('<span>');
    var term = this._lastTerm || '';
    (term ? String(state.text).split(term) : [state.text]).forEach(function (part, number) {
      if (number) {
        shown.append(jQuery('<b>').text(term));
      }
      shown.append(document.createTextNode(part));
    });
    return shown;
  };
})(this.ckan, this.jQuery);
